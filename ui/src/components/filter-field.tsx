// A list that is long enough to search gets a field to search it with.
import { useState, type ReactNode } from "react";
import { SearchIcon } from "./icons";

/** From here on people scan no more. */
const LONG = 12;

interface Filtered<T> {
  shown: T[];
  /** The field; nothing for a short list. */
  field: ReactNode;
}

export function useFilter<T>(items: T[], textOf: (item: T) => string, noun: string): Filtered<T> {
  const [query, setQuery] = useState("");
  if (items.length <= LONG) return { shown: items, field: null };
  const wanted = query.trim().toLowerCase();
  const shown = wanted === "" ? items : items.filter((item) => textOf(item).toLowerCase().includes(wanted));
  const field = (
    <div className="border-line flex flex-wrap items-center gap-x-3 border-b px-2 py-1.5">
      <div className="relative min-w-0 flex-1">
        <span className="text-muted pointer-events-none absolute top-2 left-2.5">
          <SearchIcon />
        </span>
        <input
          type="search"
          className="field w-full pl-8"
          aria-label={`Search ${noun}`}
          placeholder={`Search ${items.length} ${noun}`}
          spellCheck={false}
          autoComplete="off"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <p role="status" className="text-muted text-xs whitespace-nowrap">
        {wanted === "" ? "" : `${shown.length} of ${items.length}`}
      </p>
    </div>
  );
  return { shown, field };
}
