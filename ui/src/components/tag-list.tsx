// Tags and aliases, side by side with stages everywhere: one way to show each.
import type { Tag } from "../api/types";

export function TagList({ tags, limit = Infinity }: { tags: Tag[]; limit?: number }) {
  if (tags.length === 0) return null;
  const more = tags.length - limit;
  return (
    <ul className="flex flex-wrap gap-1" aria-label="Tags">
      {tags.slice(0, limit).map(({ key, value }) => (
        <li key={key} className="tag" title={`${key}: ${value}`}>
          <span className="text-muted">{key}</span>
          {value && <span className="truncate">{value}</span>}
        </li>
      ))}
      {more > 0 && <li className="text-muted text-xs">and {more} more</li>}
    </ul>
  );
}

export function AliasList({ aliases }: { aliases: string[] }) {
  if (aliases.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1" aria-label="Aliases">
      {aliases.map((alias) => (
        <li key={alias} className="alias" title={`@${alias}`}>
          @{alias}
        </li>
      ))}
    </ul>
  );
}
