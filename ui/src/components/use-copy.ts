// Puts text on the clipboard, and says for a moment that it did. `null` where there is no clipboard: plain HTTP pages
// have none, and the text can still be selected.
import { useState } from "react";

const SAID_MS = 2_000;

export function useCopy(text: string): { copied: boolean; copy: (() => void) | null } {
  const [copied, setCopied] = useState(false);
  if (typeof navigator === "undefined" || !navigator.clipboard) return { copied, copy: null };

  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  }
  return { copied, copy: () => void copy() };
}
