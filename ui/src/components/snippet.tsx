// A few lines to copy.
import { useState } from "react";
import { Button } from "./button";
import { CheckIcon, CopyIcon } from "./icons";

export function Snippet({ code, label }: { code: string; label: string }) {
  const [copied, setCopied] = useState(false);

  async function copy() {
    // Plain HTTP pages have no clipboard; the text can still be selected.
    if (!navigator.clipboard) return;
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  }

  return (
    <div className="snippet">
      <pre tabIndex={0} aria-label={label} className="min-w-0 flex-1 overflow-x-auto p-3">
        <code>{code}</code>
      </pre>
      <Button kind="quiet" className="m-1 self-start" onClick={() => void copy()} aria-label={`Copy ${label}`}>
        {copied ? <CheckIcon /> : <CopyIcon />}
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </Button>
    </div>
  );
}
