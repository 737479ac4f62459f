// Where things are. What is missing fails here, by name: a journey that cannot run must not look like one that passed.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

function present(what, path, hint) {
  if (!existsSync(path)) throw new Error(`${what} is missing at ${path}: ${hint}`);
  return path;
}

export const greenroom = () =>
  present("the server binary", process.env.GREENROOM_BIN ?? `${repository}target/debug/greenroom`, "build it, or set GREENROOM_BIN");
export const python = () =>
  present("the Python of the client", process.env.GREENROOM_PYTHON ?? `${repository}.venv/bin/python`, "install tests/clients/requirements.txt into .venv");
export const chromium = () => present("Chromium", process.env.CHROMIUM_BIN ?? "/usr/bin/chromium", "install the package chromium");

/** The browser driver and axe come from the UI's own packages. */
export const requireUi = createRequire(`${repository}ui/package.json`);
