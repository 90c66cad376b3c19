/** Where keys go after the pointer. */

/**
 * For `mousedown`: the pointer leaves no focus behind, which would keep the next keys from the editor
 * and ring what was pressed.
 */
export function leaveNoFocus(event: MouseEvent): void {
  event.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Has focus stay among elements of one kind when one of them goes, or go elsewhere with the last. */
export function focusBeside(
  elements: readonly HTMLElement[],
  index: number,
  elsewhere: HTMLElement | null | undefined,
): void {
  (elements[index + 1] ?? elements[index - 1] ?? elsewhere)?.focus();
}
