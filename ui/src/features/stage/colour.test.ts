import { expect, test } from "vitest";
import { badgeColours, baseColour, contrast } from "./colour";

const HUES = ["#2f9e44", "#ffff00", "#000000", "#ffffff", "#ff0000", "#0000ff", "#00ffff", "#808080", "#123456", "#fedcba"];

test.each(HUES)("a badge in %s reads in both schemes", (hex) => {
  for (const scheme of ["light", "dark"] as const) {
    const { text, background } = badgeColours(hex, scheme);
    expect(contrast(text, background)).toBeGreaterThanOrEqual(4.5);
  }
});

test("a defined colour wins, a malformed one does not", () => {
  expect(baseColour({ kind: "initial" }, "#123456")).toBe("#123456");
  expect(baseColour({ kind: "initial" }, "red; }")).toBe(baseColour({ kind: "initial" }, null));
});

test("the last active stage looks the same however many stand before it", () => {
  expect(baseColour({ kind: "active", step: 2, of: 2 }, null)).toBe(baseColour({ kind: "active", step: 5, of: 5 }, null));
});
