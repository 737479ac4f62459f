// What the search box means: a part of a name, or MLflow's filter syntax as soon as an operator is in it.
const OPERATOR = /[=<>]|\s(not\s+in|i?like|in|is)\s/i;

export function isFilter(text: string): boolean {
  return OPERATOR.test(text);
}

/** MLflow's strings know no escapes: a value that holds one kind of quote goes into the other. */
function quoted(value: string): string {
  return value.includes("'") ? `"${value.replaceAll('"', "_")}"` : `'${value}'`;
}

export function toFilter(text: string): string | undefined {
  const query = text.trim();
  if (query === "") return undefined;
  return isFilter(query) ? query : `name ILIKE ${quoted(`%${query}%`)}`;
}

export type Sort = "name" | "-name" | "changed" | "-changed";

export const SORTS: Record<Sort, { label: string; orderBy: string | undefined }> = {
  name: { label: "Name, A to Z", orderBy: undefined },
  "-name": { label: "Name, Z to A", orderBy: "name DESC" },
  "-changed": { label: "Updated, newest first", orderBy: "last_updated_timestamp DESC" },
  changed: { label: "Updated, oldest first", orderBy: "last_updated_timestamp ASC" },
};

export function isSort(value: unknown): value is Sort {
  return typeof value === "string" && Object.hasOwn(SORTS, value);
}
