import { expect, test } from "vitest";
import { fileSize } from "./size";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [9_940, "9.9 kB"],
  [10_701, "11 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [1_000_000, "1.0 MB"],
  [123_456_789, "123 MB"],
  [7_300_000_000, "7.3 GB"],
  [2 ** 53, "9.0 PB"],
])("%d bytes are %s", (bytes, shown) => {
  expect(fileSize(bytes)).toBe(shown);
});
