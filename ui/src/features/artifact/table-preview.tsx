// The first rows of a CSV file.
import { useMemo } from "react";
import { tableHead } from "./csv";

const LIMITS = { rows: 100, columns: 40 };

interface Props {
  text: string;
  separator: "," | "\t";
  whole: boolean;
  file: string;
}

export function TablePreview({ text, separator, whole, file }: Props) {
  const { header, rows, moreRows, moreColumns } = useMemo(() => tableHead(text, separator, whole, LIMITS), [text, separator, whole]);
  const more = [moreRows && `the first ${rows.length} rows`, moreColumns && `the first ${LIMITS.columns} columns`].filter(Boolean).join(" and ");
  return (
    <>
      <DataTable label={`Rows of ${file}`} header={header} rows={rows} />
      {more && <p className="text-muted border-line border-t px-4 py-2 text-xs">These are {more}.</p>}
    </>
  );
}

export function DataTable({ label, header, rows }: { label: string; header: string[]; rows: string[][] }) {
  return (
    <div className="max-h-[70dvh] overflow-auto" role="region" aria-label={label} tabIndex={0}>
      <table className="table table-dense text-xs [&_thead_th]:text-xs">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {header.map((cell, column) => (
              <th key={column} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} className="max-w-80 min-w-12 [overflow-wrap:anywhere]">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
