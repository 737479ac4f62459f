// The stock Python client as async functions.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { python } from "./paths.mjs";

export async function startClient(url) {
  const script = fileURLToPath(new URL("client.py", import.meta.url));
  const child = spawn(python(), [script, url], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true", MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0" },
  });
  let trouble = "";
  child.stderr.on("data", (chunk) => (trouble = (trouble + chunk).slice(-5_000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer() {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the Python client ended:\n${trouble}`);
    return JSON.parse(value);
  }

  async function call(name, ...args) {
    child.stdin.write(`${JSON.stringify({ call: name, args })}\n`);
    const { value, error } = await answer();
    if (error) throw new Error(error);
    return value;
  }

  await answer();
  return {
    createModel: (name) => call("create_model", name),
    createVersion: (name, source) => call("create_version", name, source),
    transition: (name, version, stage, archive = false) => call("transition", name, version, stage, archive),
    train: (name) => call("train", name),
    putFile: (modelId, name, text) => call("put_file", modelId, name, text),
    latest: (name, stage) => call("latest", name, stage),
    stop: () => child.kill(),
  };
}
