import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "./client";
import { readHead } from "./file";

const never = new AbortController().signal;

beforeEach(() => vi.stubGlobal("document", { baseURI: "http://here/team/#/models" }));
afterEach(() => vi.unstubAllGlobals());

function answers(response: Response) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => response);
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

test("only the beginning is asked for, below the prefix, every odd letter escaped", async () => {
  const fetched = answers(new Response("abc", { status: 206, headers: { "content-range": "bytes 0-2/10" } }));
  const head = await readHead("a b&c", 3, "d/e?f.txt", 3, never);
  expect(fetched.mock.calls[0]![0]).toBe("http://here/team/model-versions/get-artifact?name=a+b%26c&version=3&path=d%2Fe%3Ff.txt");
  expect(fetched.mock.calls[0]![1].headers).toEqual({ range: "bytes=0-2" });
  expect(head).toEqual({ bytes: new TextEncoder().encode("abc"), size: 10, whole: false });
});

test("a server that sends everything is not read to the end", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  answers(new Response(endless, { status: 200 }));
  const head = await readHead("m", 1, "p", 2500, never);
  expect(head).toMatchObject({ size: null, whole: false });
  expect(head.bytes.length).toBe(2500);
  expect(sent).toBeLessThan(10);
});

test("a small file is whole", async () => {
  answers(new Response("ab", { status: 206, headers: { "content-range": "bytes 0-1/2" } }));
  expect(await readHead("m", 1, "p", 10, never)).toMatchObject({ size: 2, whole: true });
  answers(new Response("ab", { status: 200 }));
  expect(await readHead("m", 1, "p", 10, never)).toMatchObject({ whole: true });
});

test("an empty file is empty, and whole", async () => {
  answers(new Response(null, { status: 416, headers: { "content-range": "bytes */0" } }));
  expect(await readHead("m", 1, "p", 10, never)).toEqual({ bytes: new Uint8Array(), size: 0, whole: true });
});

test("a refusal is told in the server's words", async () => {
  answers(new Response(JSON.stringify({ error_code: "RESOURCE_DOES_NOT_EXIST", message: "No such artifact: 'p'" }), { status: 404 }));
  await expect(readHead("m", 1, "p", 10, never)).rejects.toThrow("No such artifact: 'p'");
  answers(new Response("<h1>bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }));
  await expect(readHead("m", 1, "p", 10, never)).rejects.toThrow("The server answered 502 Bad Gateway.");
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("network")));
  await expect(readHead("m", 1, "p", 10, never)).rejects.toBeInstanceOf(ApiError);
});
