import { expect, test } from "vitest";
import { tableHead } from "./csv";

const LIMITS = { rows: 3, columns: 3 };
const head = (text: string, whole = true, separator: "," | "\t" = ",") => tableHead(text, separator, whole, LIMITS);

test("header and rows, whatever ends the lines", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    expect(head(["a,b", "1,2", "3,"].join(end) + end)).toEqual({ header: ["a", "b"], rows: [["1", "2"], ["3", ""]], moreRows: false, moreColumns: false });
  }
});

test("quotes hold separators, line breaks and quotes", () => {
  expect(head('a,b\n"x, y","line\nbreak ""quoted"""\n').rows).toEqual([["x, y", 'line\nbreak "quoted"']]);
});

test("tabs separate where they are asked to", () => {
  expect(head("a\tb\n1,5\t2\n", true, "\t").rows).toEqual([["1,5", "2"]]);
});

test("only the head is read, and it says that there is more", () => {
  const found = head("a,b,c,d\n1,2,3,4\n1\n2\n3\n4\n");
  expect(found.header).toEqual(["a", "b", "c"]);
  expect(found.rows).toEqual([["1", "2", "3"], ["1"], ["2"]]);
  expect([found.moreRows, found.moreColumns]).toEqual([true, true]);
});

test("the last row of a text that was cut is left out", () => {
  expect(head("a,b\n1,2\n3,4567", false)).toMatchObject({ rows: [["1", "2"]], moreRows: true });
  expect(head('a\n"never closed', false).rows).toEqual([]);
});

test("nothing is an empty table, and blank lines are no rows", () => {
  expect(head("")).toEqual({ header: [], rows: [], moreRows: false, moreColumns: false });
  expect(head("a\n\n1\n\n").rows).toEqual([["1"]]);
});

test("a separator at the very end of the text begins an empty cell", () => {
  expect(head("a,b\n1,").rows).toEqual([["1", ""]]);
});
