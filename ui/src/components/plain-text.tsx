// A description as its author typed it. Markdown stays text: nothing in it can become markup.
export function PlainText({ text }: { text: string }) {
  return <p className="max-w-prose whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>;
}
