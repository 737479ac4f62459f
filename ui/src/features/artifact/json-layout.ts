// JSON with line breaks where it had none. Only space is added: parsing and printing would round long numbers, drop
// repeated keys and refuse the beginning of a file.
const TOKEN = /"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^\s"[\]{},:]+/gs;
const MAX_DEPTH = 40;

export function laidOut(text: string): string {
  const out: string[] = [];
  let depth = 0;
  const line = () => "\n" + "  ".repeat(Math.min(depth, MAX_DEPTH));
  let previous = "";
  for (const [token] of text.matchAll(TOKEN)) {
    const closing = token === "]" || token === "}";
    if (closing) depth = Math.max(0, depth - 1);
    const opened = previous === "[" || previous === "{";
    if (closing ? !opened : opened || previous === ",") out.push(line());
    out.push(token === ":" ? ": " : token);
    if (token === "[" || token === "{") depth += 1;
    previous = token;
  }
  return out.join("");
}
