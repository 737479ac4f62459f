// A real server on a free port with a database of its own.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { greenroom } from "./paths.mjs";

const START_MS = 20_000;

export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export async function startServer() {
  const directory = await mkdtemp(join(tmpdir(), "greenroom-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child;

  async function start() {
    let output = "";
    child = spawn(
      greenroom(),
      ["server", "--host", "127.0.0.1", "--port", String(port), "--backend-store-uri", `sqlite:///${join(directory, "g.db")}`],
      { cwd: directory, stdio: ["ignore", "pipe", "pipe"] },
    );
    const own = child;
    for (const pipe of [own.stdout, own.stderr]) pipe.on("data", (chunk) => (output = (output + chunk).slice(-20_000)));
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      if (own.exitCode !== null) throw new Error(`the server ended with ${own.exitCode} before it was ready:\n${output}`);
      const ready = await fetch(`${url}/readyz`).catch(() => null);
      if (ready?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    own.kill("SIGKILL");
    throw new Error(`the server was not ready after ${START_MS} ms:\n${output}`);
  }

  async function halt() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    url,
    start,
    halt,
    async stop() {
      await halt();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
