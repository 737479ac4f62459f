import { expect, test } from "vitest";
import { asText, imageType, kindOf } from "./kind";

test.each([
  ["MLmodel", "text"], ["conda.yaml", "text"], ["README.md", "text"], ["page.html", "text"], ["logo.svg", "text"],
  ["scores.CSV", "table"], ["scores.tsv", "table"], ["plot.PNG", "image"], ["a.b.jpeg", "image"],
  ["model.pkl", "binary"], ["weights.safetensors", "binary"], [".hidden", "text"],
] as const)("%s is tried as %s", (name, kind) => {
  expect(kindOf(name)).toBe(kind);
});

const bytes = (text: string) => new TextEncoder().encode(text);

test("an image is what its bytes are, whatever it is called", () => {
  expect(imageType(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1))).toBe("image/png");
  expect(imageType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe("image/jpeg");
  expect(imageType(bytes("GIF89a"))).toBe("image/gif");
  expect(imageType(bytes("RIFF1234WEBPVP8 "))).toBe("image/webp");
  for (const other of ["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<html>", "RIFF1234WAVE", "", "\x89PN"]) {
    expect(imageType(bytes(other))).toBeNull();
  }
});

test("text is what decodes as UTF-8 and holds no NUL", () => {
  expect(asText(bytes("größe: 3\n"), true)).toBe("größe: 3\n");
  expect(asText(Uint8Array.of(0x80, 0x04, 0x95), true)).toBeNull();
  expect(asText(Uint8Array.of(0x61, 0, 0x62), true)).toBeNull();
  expect(asText(new Uint8Array(), true)).toBe("");
});

test("the beginning of a file may end within a character, a whole file may not", () => {
  const cut = bytes("größe").slice(0, 3);
  expect(asText(cut, false)).toBe("gr");
  expect(asText(cut, true)).toBeNull();
});
