import { expect, test } from "vitest";
import { httpLink } from "./run-link";

test.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "runs/1", "", " javascript:alert(1)", "file:///etc/passwd"])("%s is not a link", (text) => {
  expect(httpLink(text)).toBeNull();
});

test("web addresses are", () => {
  expect(httpLink("https://runs.example.org/1")).toBe("https://runs.example.org/1");
});
