// A real browser, and pages that remember everything that should not have happened on them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chromium as chromiumPath, requireUi } from "./paths.mjs";

const { chromium } = requireUi("playwright-core");
const axeSource = readFileSync(requireUi.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
  return {
    stop: () => browser.close(),
    async open(url, { width = 1440, height = 900, scheme = "light", expectedErrors = [] } = {}) {
      const origin = new URL(url).origin;
      // axe is put in by evaluation, which the content security policy would refuse as it should. Everything else on
      // the page is still under it: violations arrive as console errors.
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
      const page = await context.newPage();
      const wrong = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) wrong.push(`request to ${request.url()}`);
      });
      page.on("pageerror", (error) => wrong.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" && !expectedErrors.some((expected) => expected.test(message.text()))) wrong.push(`console: ${message.text()}`);
      });
      return {
        page,
        close: () => context.close(),
        goto: (hash) => page.goto(`${url}/${hash}`),
        assertClean: () => assert.deepEqual(wrong, [], "nothing goes wrong behind the page"),
        assertFits: async () => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth <= 0), true, "no sideways scroll"),
        assertAccessible: (what) => assertAccessible(page, what),
      };
    },
  };
}

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

async function assertAccessible(page, what) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values } }).then((result) => result.violations),
    STANDARDS,
  );
  const told = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
  assert.deepEqual(told, [], `axe on ${what}`);
}

/** How long something may take that has no limit of its own: machines are busy at times. */
const PATIENCE_MS = 15_000;

/** Waits until `locator` has the focus: keys that are pressed before go elsewhere. */
export async function focused(locator, what, timeout = PATIENCE_MS) {
  const deadline = Date.now() + timeout;
  while (!(await locator.evaluate((element) => element === document.activeElement))) {
    if (Date.now() > deadline) assert.fail(`not focused within ${timeout} ms: ${what}`);
    await locator.page().waitForTimeout(20);
  }
}

/** Waits for `locator`, and says so in words when it does not come. */
export async function seen(locator, what, timeout = PATIENCE_MS) {
  await locator.first().waitFor({ state: "visible", timeout }).catch(() => assert.fail(`not seen within ${timeout} ms: ${what}`));
  return locator;
}
