#!/usr/bin/env node
// Stands in for the server while pages are made: same flags, same addresses, same headers, a registry in memory.
// `--demo` fills it. Serves ui/dist, so `npm run build` first; `npm run dev` proxies its API.
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { fillDemo } from "./demo.mjs";
import { sendArtifact } from "./files.mjs";
import { answerApi, answerMlflow } from "./http.mjs";
import { Registry } from "./registry.mjs";

const { values: flags } = parseArgs({
  allowPositionals: true, strict: false,
  options: { host: { type: "string", default: "127.0.0.1" }, port: { type: "string", default: "5000" }, demo: { type: "boolean" }, "backend-store-uri": { type: "string" } },
});
const dist = new URL("../dist", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const CSP = "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

const registry = new Registry();
if (flags.demo) fillDemo(registry);
// Survives a restart as a server does, when it is told where.
const store = flags["backend-store-uri"]?.replace(/^sqlite:\/\/\//, "");
if (store && existsSync(store)) registry.restore(JSON.parse(readFileSync(store, "utf8")));
if (store) registry.listeners.add(() => setImmediate(() => writeFileSync(store, JSON.stringify(registry))));

function sendFile(request, response, path) {
  const file = join(dist, normalize(path === "/" ? "/index.html" : path));
  if (!file.startsWith(dist) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  const brotli = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && existsSync(`${file}.br`);
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": CSP, ...(brotli && { "content-encoding": "br" }) });
  createReadStream(brotli ? `${file}.br` : file).pipe(response);
}

function stream(request, response, query) {
  const after = request.headers["last-event-id"] ?? query.get("after");
  const send = (event) => response.write(`id: ${event.cursor}\ndata: ${JSON.stringify(event)}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": open\n\n");
  if (after) registry.events.filter((event) => event.cursor > after).forEach(send);
  registry.listeners.add(send);
  request.on("close", () => registry.listeners.delete(send));
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  const { pathname: path, searchParams: query } = url;
  if (path === "/readyz") return response.end("ok");
  if (path === "/api/v1/events/stream") return stream(request, response, query);
  if (path === "/model-versions/get-artifact") return artifact(request, response, query);
  if (!path.startsWith("/api/")) return sendFile(request, response, path);
  let text = "";
  for await (const chunk of request) text += chunk;
  const body = text ? JSON.parse(text) : {};
  const agent = request.headers["user-agent"] ?? "";
  const who = { actor: request.headers["x-mock-actor"] ?? (agent.startsWith("Mozilla/") ? "" : "alice"), agent };
  const [status, type, value] = reply(() =>
    path.startsWith("/api/v1/")
      ? answerApi(registry, request.method, path.slice("/api/v1/".length), query, body, who)
      : answerMlflow(registry, path.slice("/api/2.0/mlflow/".length), query, body, who),
  );
  response.writeHead(status, { "content-type": type, "x-request-id": "mock-1" }).end(JSON.stringify(value));
}

function artifact(request, response, query) {
  try {
    sendArtifact(request, response, registry.version(query.get("name"), query.get("version")), query.get("path"));
  } catch (error) {
    response.writeHead(error.status ?? 500, { "content-type": "application/json" }).end(JSON.stringify({ error_code: error.code, message: error.message }));
  }
}

function reply(act) {
  try {
    return [200, "application/json", act()];
  } catch (error) {
    const [status, code] = [error.status ?? 500, error.code ?? "INTERNAL_ERROR"];
    return [status, "application/problem+json", { type: "about:blank", title: String(status), status, detail: error.message, error_code: code, message: error.message }];
  }
}

createServer((request, response) => void answer(request, response)).listen(Number(flags.port), flags.host);
