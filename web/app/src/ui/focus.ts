/** Where keys go after the pointer. */

/**
 * For `mousedown`: the pointer leaves no focus behind, which would keep the next keys from the editor
 * and ring what was pressed.
 */
export function leaveNoFocus(event: MouseEvent): void {
  event.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
