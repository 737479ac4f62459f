import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";
import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";

// The boot script must run before the first paint, so it cannot be a module, and the content security policy
// forbids inline scripts: it is a small file of its own, hashed like every other asset.
function bootScript(): Plugin {
  const source = readFileSync(new URL("src/boot.js", import.meta.url), "utf8");
  const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8);
  let href = "/src/boot.js";
  return {
    name: "greenroom-boot-script",
    configResolved(config) {
      if (config.command === "build") href = `./assets/boot-${hash}.js`;
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: `assets/boot-${hash}.js`, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: href }, injectTo: "head-prepend" }],
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), tailwindcss(), bootScript()],
  build: {
    target: ["chrome125", "firefox128", "safari18"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(["/api", "/model-versions"].map((path) => [path, { target: process.env["GREENROOM_URL"] ?? "http://127.0.0.1:5055" }])),
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
