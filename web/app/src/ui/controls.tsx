/** Small controls shared by all views. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Command } from "../logic/shortcuts";
import { dismiss, notices } from "../state/notices";
import { Icon, type IconName } from "./icons";
import { keysOf } from "./platform";

interface IconButtonProps {
  icon: IconName;
  label: string;
  /** What the tooltip says; default: the label. */
  tip?: string;
  /** The command whose keys the tooltip shows. */
  command?: Command;
  disabled?: boolean;
  pressed?: boolean;
  primary?: boolean;
  class?: string;
  onClick: (event: MouseEvent) => void;
}

/** A button that shows only an icon; its label is its accessible name and its tooltip. */
export function IconButton(props: IconButtonProps) {
  return (
    <button
      type="button"
      class={`button icon ${props.primary ? "primary" : "quiet"} ${props.class ?? ""}`}
      aria-label={props.label}
      data-tip={props.tip ?? props.label}
      data-keys={keysOf(props.command)}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  choices: readonly { value: T; label: string; icon?: IconName; tip?: string; command?: Command }[];
  disabled?: boolean;
  onChange: (value: T) => void;
}

/** One choice out of a few, all in sight; the arrow keys move between them. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, value, choices, disabled, onChange } = props;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const index = choices.findIndex((choice) => choice.value === value);
    const next = choices[(index + step + choices.length) % choices.length];
    if (!next) return;
    onChange(next.value);
    const group = event.currentTarget as HTMLElement;
    group.querySelectorAll("button")[choices.indexOf(next)]?.focus();
  };
  return (
    <div class="segmented" role="radiogroup" aria-label={label} onKeyDown={move}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          class="button"
          data-tip={choice.tip ?? (choice.command && choice.label)}
          data-keys={keysOf(choice.command)}
          aria-checked={choice.value === value}
          tabIndex={choice.value === value ? 0 : -1}
          disabled={disabled}
          onClick={() => onChange(choice.value)}
        >
          {choice.icon && <Icon name={choice.icon} />}
          <span>{choice.label}</span>
        </button>
      ))}
    </div>
  );
}

interface DialogProps {
  title: string;
  size?: "small" | "large" | "wide";
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog; Escape and a click beside it close it, and focus returns where it was. */
export function Dialog({ title, size = "small", onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  // Text that is selected beyond the dialog's edge ends in a click beside it.
  const pressedBeside = useRef(false);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // The dialog itself, so that no control looks chosen before the user has chosen.
    dialog?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class={size}
      tabIndex={-1}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        pressedBeside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        if (event.target === ref.current && pressedBeside.current) onClose();
      }}
    >
      <div class="dialog-head">
        <h2>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      {children}
    </dialog>
  );
}

interface NameFieldProps {
  value: string;
  label: string;
  class?: string;
  onCommit: (value: string) => void;
  onCancel: () => void;
}

/**
 * A text field for a name: Enter or leaving it commits, Escape does not. After a key, focus goes to
 * the control marked `data-renames` that comes in its place.
 */
export function NameField({ value, label, class: extra, onCommit, onCancel }: NameFieldProps) {
  const ref = useRef<HTMLInputElement>(null);
  const settled = useRef(false);
  // Before the next key arrives, however quickly it is typed. Not every browser focuses what it selects.
  useLayoutEffect(() => {
    ref.current?.focus();
    ref.current?.select();
  }, []);
  const settle = (commit: boolean, byKey: boolean) => {
    if (settled.current) return;
    settled.current = true;
    if (byKey) giveFocusBack(ref.current);
    const text = ref.current?.value.trim() ?? "";
    if (commit && text && text !== value) onCommit(text);
    else onCancel();
  };
  return (
    <input
      ref={ref}
      class={`field ${extra ?? ""}`}
      aria-label={label}
      maxLength={200}
      defaultValue={value}
      onBlur={() => settle(true, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") settle(true, true);
        if (event.key === "Escape") settle(false, true);
      }}
    />
  );
}

function giveFocusBack(field: HTMLElement | null): void {
  const place = field?.parentElement;
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    place?.querySelector<HTMLElement>("[data-renames]")?.focus();
  });
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class={`toast ${notice.kind}`}>
          <span>{notice.text}</span>
          <span class="row">
            {notice.action && (
              <button type="button" class="button" onClick={notice.action.run}>
                {notice.action.label}
              </button>
            )}
            <IconButton icon="close" label="Dismiss" onClick={() => dismiss(notice.id)} />
          </span>
        </div>
      ))}
    </div>
  );
}
