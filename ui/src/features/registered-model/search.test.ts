import { expect, test } from "vitest";
import { toFilter } from "./search";

test.each([
  ["", undefined],
  ["  ", undefined],
  ["fraud", "name ILIKE '%fraud%'"],
  ["O'Brien", `name ILIKE "%O'Brien%"`],
  ["tags.team = 'risk'", "tags.team = 'risk'"],
  ["name LIKE 'a%'", "name LIKE 'a%'"],
  ["Inline-Model", "name ILIKE '%Inline-Model%'"],
  ["like-new", "name ILIKE '%like-new%'"],
])("%s", (text, filter) => {
  expect(toFilter(text)).toBe(filter);
});
