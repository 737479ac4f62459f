// The input example that was logged with a model: a table where it is one.

export interface ExampleTable {
  header: string[];
  rows: string[][];
}

const MAX_ROWS = 20;
const MAX_COLUMNS = 100;

/** A table when the text is a data frame as the client writes it (`columns` and `data`), else `null`. */
export function exampleTable(text: string): ExampleTable | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof read !== "object" || read === null) return null;
  const { columns, data } = read as { columns?: unknown; data?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return null;
  if (columns.length > MAX_COLUMNS || data.some((row) => row.length !== columns.length)) return null;
  return { header: columns.map(cell), rows: data.slice(0, MAX_ROWS).map((row: unknown[]) => row.map(cell)) };
}

function cell(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
