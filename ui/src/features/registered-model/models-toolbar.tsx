// Search and order of the models list. Both live in the URL; typing replaces the history entry.
import { useEffect, useRef, useState } from "react";
import { SearchIcon } from "../../components/icons";
import { isFilter, SORTS, type Sort } from "./search";

interface Props {
  query: string;
  sort: Sort;
  onQuery: (query: string) => void;
  onSort: (sort: Sort) => void;
}

const PAUSE_MS = 150;

export function ModelsToolbar({ query, sort, onQuery, onSort }: Props) {
  const [text, setText] = useState(query);
  const sent = useRef(query);

  // Back, forward and "clear" change the query from outside; what is being typed must not be overwritten.
  if (query !== sent.current) {
    sent.current = query;
    setText(query);
  }

  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() === sent.current) return;
      sent.current = text.trim();
      onQuery(sent.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onQuery]);

  return (
    <form role="search" className="flex flex-wrap items-center gap-2" onSubmit={(event) => event.preventDefault()}>
      <div className="relative min-w-0 flex-[1_1_18rem]">
        <span className="text-muted pointer-events-none absolute top-2 left-2.5">
          <SearchIcon />
        </span>
        <input
          type="search"
          className="field w-full pl-8"
          aria-label="Search models by name or MLflow filter"
          placeholder="Name, or a filter such as tags.team = 'risk'"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {isFilter(text) && <span className="tag absolute top-1.5 right-8">filter</span>}
      </div>
      <label className="text-muted inline-flex items-center gap-2">
        Sort
        <select className="field" value={sort} onChange={(event) => onSort(event.target.value as Sort)}>
          {Object.entries(SORTS).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
