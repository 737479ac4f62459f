import { expect, test } from "vitest";
import { duration, exactUtc, relative } from "./time";

test.each([
  [0, "0 s"], [59_999, "59 s"], [60_000, "1 min"], [3_599_999, "59 min"], [3_600_000, "1 h"], [86_400_000, "1 d"],
  [30 * 86_400_000, "1 mo"], [364 * 86_400_000, "11 mo"], [366 * 86_400_000, "1 y"],
])("%d ms", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test("a clock that runs behind the server's never says the future", () => {
  expect(relative(10_000, 9_000)).toBe("just now");
});

test("exact times are in UTC and say so", () => {
  expect(exactUtc(Date.UTC(2026, 4, 3, 12, 0, 7))).toBe("2026-05-03 12:00:07 UTC");
});
