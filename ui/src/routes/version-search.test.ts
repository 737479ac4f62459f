import { expect, test } from "vitest";
import { versionSearch } from "./version-search";

test.each([
  [{}, {}],
  [{ tab: "files" }, { tab: "files" }],
  [{ tab: "files", path: "data/x.csv" }, { tab: "files", path: "data/x.csv" }],
  [{ tab: "signature", path: "x" }, { tab: "signature" }],
  [{ tab: "nonsense", o: "1", path: "x" }, {}],
  [{ tab: ["files"], path: 3 }, {}],
  [{ tab: "files", path: "" }, { tab: "files" }],
])("%o is read as %o", (search, read) => {
  expect(versionSearch(search)).toEqual(read);
});
