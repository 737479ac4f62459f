// What of a version's page is in the address: which part is open, and which file.
export type VersionTab = "signature" | "files";

export interface VersionSearch {
  tab?: VersionTab;
  /** Of a file below the version's folder. */
  path?: string;
}

export function versionSearch(search: Record<string, unknown>): VersionSearch {
  const tab = search["tab"];
  if (tab !== "signature" && tab !== "files") return {};
  const path = search["path"];
  return { tab, path: tab === "files" && typeof path === "string" && path !== "" ? path : undefined };
}
