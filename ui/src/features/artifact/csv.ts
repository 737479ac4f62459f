// The head of a table in a text file (RFC 4180: quotes hold separators, line breaks and doubled quotes).

export interface TableHead {
  header: string[];
  rows: string[][];
  /** Rows that the text goes on with, and columns that some row has beyond those here. */
  moreRows: boolean;
  moreColumns: boolean;
}

interface Limits {
  rows: number;
  columns: number;
}

/** `whole` is false when the text is the beginning of a longer one: its last row is then not to be trusted. */
export function tableHead(text: string, separator: "," | "\t", whole: boolean, limits: Limits): TableHead {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  let end: End = "cell";
  // A row more than asked for tells that there are more.
  while (end !== "text" && records.length < limits.rows + 2) {
    const read = readCell(text, at, separator);
    record.push(read.cell);
    ({ next: at, end } = read);
    if (end === "cell") continue;
    const blank = record.length === 1 && record[0] === "";
    if (!blank && (end === "row" || whole)) records.push(record);
    record = [];
  }
  const [header = [], ...rows] = records;
  const cut = (row: string[]) => row.slice(0, limits.columns);
  return {
    header: cut(header),
    rows: rows.slice(0, limits.rows).map(cut),
    moreRows: rows.length > limits.rows || !whole,
    moreColumns: records.some((row) => row.length > limits.columns),
  };
}

/** What a cell is the end of: nothing but itself, its row, or all. */
type End = "cell" | "row" | "text";

function readCell(text: string, at: number, separator: string): { cell: string; next: number; end: End } {
  let cell = "";
  if (text[at] === '"') {
    at += 1;
    for (;;) {
      const quote = text.indexOf('"', at);
      cell += text.slice(at, quote < 0 ? undefined : quote);
      if (quote < 0) return { cell, next: text.length, end: "text" };
      at = quote + 1;
      if (text[at] !== '"') break;
      cell += '"';
      at += 1;
    }
  }
  const start = at;
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at += 1;
  cell += text.slice(start, at);
  if (at >= text.length) return { cell, next: at, end: "text" };
  const end = text[at] === separator ? "cell" : "row";
  if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
  return { cell, next: at + 1, end };
}
