// Text as it is. Only JSON that is all on one line gets line breaks, or nobody could read it.
import { useMemo } from "react";
import { extension } from "./kind";
import { laidOut } from "./json-layout";

export function TextPreview({ text, file }: { text: string; file: string }) {
  const oneLine = extension(file) === "json" && !text.trim().includes("\n");
  const shown = useMemo(() => (oneLine ? laidOut(text) : text), [oneLine, text]);
  return (
    <>
      <pre tabIndex={0} role="region" aria-label={`Text of ${file}`} className="max-h-[70dvh] overflow-auto px-4 py-3 text-xs leading-relaxed break-words whitespace-pre-wrap [unicode-bidi:plaintext]">
        <code>{shown}</code>
      </pre>
      {oneLine && shown !== text.trim() && <p className="text-muted border-line border-t px-4 py-2 text-xs">Line breaks were added; the file is one line.</p>}
    </>
  );
}
