import { expect, test } from "vitest";
import { laidOut } from "./json-layout";

test("nesting is indented, and what is empty stays together", () => {
  expect(laidOut('{"a":[1,{"b":null}],"c":{},"d":[]}')).toBe('{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}');
});

test("every character of strings and numbers stays", () => {
  const text = '{"x":12345678901234567890.10,"s":"a, [b]: \\"{c}\\"","s":"again"}';
  expect(laidOut(text).replaceAll(/\n */g, "").replaceAll('": ', '":')).toBe(text);
});

test("the beginning of a file is laid out as far as it goes", () => {
  expect(laidOut('[1,{"a":"never clos')).toBe('[\n  1,\n  {\n    "a": "never clos');
});

test("depth does not make it slow or endless", () => {
  expect(laidOut("[".repeat(20_000)).length).toBeLessThan(2_000_000);
});
