// Lists in words.
const joiner = new Intl.ListFormat("en-GB", { type: "conjunction" });

export function listing(items: string[]): string {
  return joiner.format(items);
}

/** Names the first few, and says how many there are beyond them. */
export function versionsNamed(versions: { version: number }[], count: number): string {
  const named = versions.map(({ version }) => `v${version}`);
  const more = count - named.length;
  return listing(more > 0 ? [...named, `${more} more`] : named);
}
