// A few lines to copy.
import { Button } from "./button";
import { CheckIcon, CopyIcon } from "./icons";
import { useCopy } from "./use-copy";

export function Snippet({ code, label }: { code: string; label: string }) {
  const { copied, copy } = useCopy(code);
  return (
    <div className="snippet">
      <pre tabIndex={0} aria-label={label} className="min-w-0 flex-1 overflow-x-auto p-3">
        <code>{code}</code>
      </pre>
      <Button kind="quiet" className="m-1 self-start" onClick={() => copy?.()} aria-label={`Copy ${label}`}>
        {copied ? <CheckIcon /> : <CopyIcon />}
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </Button>
    </div>
  );
}
