// An identifier, and a button that copies it whole.
import { CheckIcon, CopyIcon } from "./icons";
import { useCopy } from "./use-copy";

interface Props {
  text: string;
  /** What it is, for whoever cannot see the text beside the button. */
  label: string;
  /** Shown in its place; hovering shows the whole. */
  short?: string;
}

export function Copyable({ text, label, short = text }: Props) {
  return (
    <span className="inline-flex max-w-full items-center gap-1 align-middle">
      <code title={short === text ? undefined : text} className="min-w-0 [overflow-wrap:anywhere]">
        {short}
      </code>
      <CopyButton text={text} label={label} />
    </span>
  );
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopy(text);
  if (!copy) return null;
  return (
    <button type="button" className="icon-button" onClick={copy} aria-label={`Copy ${label}`} title={`Copy ${label}`}>
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}
