// The parts of a version's page. Which one is shown is in the address.
import { Link } from "@tanstack/react-router";
import type { VersionTab } from "../../routes/version-search";

interface Props {
  name: string;
  version: number;
  /** Called when somebody is about to open a part. */
  onIntent: (tab: VersionTab | undefined) => void;
}

const TABS: { tab: VersionTab | undefined; label: string }[] = [
  { tab: undefined, label: "Overview" },
  { tab: "signature", label: "Signature" },
  { tab: "files", label: "Files" },
];

export function VersionTabs({ name, version, onIntent }: Props) {
  return (
    <nav aria-label={`Parts of ${name} v${version}`} className="tabs">
      {TABS.map(({ tab, label }) => (
        <Link
          key={label}
          to="/models/$name/versions/$version"
          params={{ name, version: String(version) }}
          search={{ tab }}
          // The page stays the same one, so the reader stays where they are on it.
          resetScroll={false}
          className="tab"
          // The router marks the current one: the overview's address names no part, and must not match those that do.
          activeOptions={{ includeSearch: true, explicitUndefined: true }}
          onPointerEnter={() => onIntent(tab)}
          onFocus={() => onIntent(tab)}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
