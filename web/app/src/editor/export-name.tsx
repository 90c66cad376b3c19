/** The name of an export's file: a template with words in braces, and what it comes to. */

import { useRef } from "preact/hooks";
import { fillName, NAME_WORDS, usualName } from "../logic/exports";
import { EXPORT_FORMATS } from "../state/exporting";
import type { Session } from "../state/session";

interface NameTemplateProps {
  session: Session;
  value: string;
  format: string;
  objects: readonly string[];
  separate: boolean;
  onChange: (value: string) => void;
}

export function NameTemplate(props: NameTemplateProps) {
  const { value, format, separate, onChange } = props;
  const field = useRef<HTMLInputElement>(null);
  const insert = (word: string) => {
    const at = field.current?.selectionStart ?? value.length;
    const end = field.current?.selectionEnd ?? at;
    onChange(`${value.slice(0, at)}{${word}}${value.slice(end)}`);
    field.current?.focus();
  };
  return (
    <fieldset>
      <legend>Name</legend>
      <input
        ref={field}
        class="field"
        aria-label="Name of the file"
        placeholder={usualName(format, separate)}
        maxLength={200}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <div class="row words">
        {NAME_WORDS.map((word) => (
          <button
            key={word}
            type="button"
            class="button small"
            aria-label={`Insert the ${word}`}
            onClick={() => insert(word)}
          >
            {word}
          </button>
        ))}
      </div>
      {props.objects.length > 0 && <p class="dim ellipsis">{preview(props)}</p>}
    </fieldset>
  );
}

function preview({ session, value, format, objects, separate }: NameTemplateProps): string {
  const project = session.project.value;
  const names = (project?.objects ?? [])
    .filter(({ id }) => objects.includes(id))
    .map(({ name }) => name);
  const suffix = EXPORT_FORMATS.find(({ id }) => id === format)?.suffix.toLowerCase() ?? "";
  const name = fillName(value.trim() || usualName(format, separate), {
    project: project?.name ?? "",
    clip: (project?.clip.name ?? "").replace(/\.\w+$/, ""),
    object: (separate ? names.slice(0, 1) : names).join(" + "),
    revision: String(project?.revision ?? 0),
    format,
  });
  return `${name}.${suffix}`;
}
