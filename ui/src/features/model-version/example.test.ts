import { expect, test } from "vitest";
import { exampleTable } from "./example";

test("a data frame is a table", () => {
  expect(exampleTable('{"columns": ["age", "city", "tags"], "data": [[1.50, "Köln", ["a"]], [null, "", true]]}')).toEqual({
    header: ["age", "city", "tags"],
    rows: [["1.5", "Köln", '["a"]'], ["null", "", "true"]],
  });
});

test.each([
  "", "null", "3", "[[1, 2]]", '{"inputs": [1]}', '{"columns": "ab", "data": []}', '{"columns": ["a"], "data": [1]}', '{"columns": ["a"], "data": [[1, 2]]}', '{"columns": ["a"], "da',
])("%s is not", (text) => {
  expect(exampleTable(text)).toBeNull();
});
