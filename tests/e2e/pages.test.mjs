// Addresses, states, accessibility and widths of every page.
import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import { seen } from "./support/browser.mjs";
import { seedUnicorn, startAll } from "./support/seed.mjs";

const ODD_NAME = "Fraud 100% ünï & co?";

let all;
before(async () => {
  all = await startAll();
});
after(() => all?.stop());

const SCHEMES = ["light", "dark"];

test("an empty registry shows how to fill it from here", async () => {
  for (const scheme of SCHEMES) {
    const view = await all.browser.open(all.server.url, { scheme });
    await view.goto("");
    await seen(view.page.getByText(`MlflowClient("${all.server.url}")`), "this server's address in the snippet");
    await view.assertAccessible(`the empty list, ${scheme}`);
    view.assertClean();
    await view.close();
  }
  await seedUnicorn(all.client);
  await all.client.transition("Unicorn", 1, "Production");
  await all.client.transition("Unicorn", 2, "Production");
  await all.client.transition("Unicorn", 3, "Staging");
  await all.client.createModel(ODD_NAME);
  await all.client.createVersion(ODD_NAME, "s3://bucket/odd/1");
});

const OPENS = [
  ["", "Models"],
  ["#/", "Models"],
  ["#/models", "Models"],
  ["#/models?searchInput=Uni", "Models"],
  ["#/models/Unicorn", "Unicorn"],
  ["#/models/Unicorn/", "Unicorn"],
  ["#/models/Unicorn/model-versions", "Unicorn"],
  ["#/models/Unicorn?tab=versions", "Unicorn"],
  ["#/models/Unicorn/versions/3", "Unicorn v3"],
  ["#/models/Unicorn/versions/3?o=1", "Unicorn v3"],
  ["#/models/Unicorn/versions/3/artifacts", "Unicorn v3"],
  [`#/models/${encodeURIComponent(ODD_NAME)}`, ODD_NAME],
  [`#/models/${encodeURIComponent(ODD_NAME)}/versions/1`, `${ODD_NAME} v1`],
  ["#/nonsense", "There is no such page"],
  ["#/models/Unicorn/versions/99", "Unicorn has no v99"],
  ["#/models/Unicorn/versions/latest", "Unicorn has no vlatest"],
  ["#/models/Nobody", "There is no model Nobody"],
];

for (const [hash, heading] of OPENS) {
  test(`${hash || "/"} opens ${heading}`, async () => {
    const view = await all.browser.open(all.server.url, { expectedErrors: [/404/] });
    await view.goto(hash);
    await seen(view.page.getByRole("heading", { level: 1, name: heading, exact: true }), heading);
    view.assertClean();
    await view.close();
  });
}

test("everything works under a path prefix that a reverse proxy strips", async () => {
  const target = new URL(all.server.url);
  const proxy = createServer((request, response) => {
    if (!request.url.startsWith("/team/registry/")) return response.writeHead(404).end();
    const onward = httpRequest({ host: target.hostname, port: target.port, method: request.method, path: request.url.slice("/team/registry".length), headers: { ...request.headers, host: target.host } }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    response.on("close", () => onward.destroy());
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const view = await all.browser.open(`http://127.0.0.1:${proxy.address().port}/team/registry`);
  await view.goto("#/models/Unicorn/versions/3");
  await seen(view.page.getByTestId("stage-line"), "the version");
  await all.client.transition("Unicorn", 3, "Archived");
  await seen(view.page.getByTestId("stage-line").getByText("Archived", { exact: true }), "the live change", 1_000);
  await all.client.transition("Unicorn", 3, "Staging");
  view.assertClean();
  await view.close();
  proxy.closeAllConnections();
  proxy.close();
});

test("links lead from the list to the version and Back leads home, under the odd name too", async () => {
  const view = await all.browser.open(all.server.url);
  const { page } = view;
  await view.goto("#/models?q=fraud");
  await page.getByRole("link", { name: ODD_NAME, exact: true }).click();
  await seen(page.getByRole("heading", { level: 1, name: ODD_NAME, exact: true }), "the model's page");
  await page.getByTestId("version-1").getByRole("link", { name: "v1" }).click();
  await seen(page.getByRole("heading", { level: 1, name: `${ODD_NAME} v1`, exact: true }), "the version's page");
  await page.reload();
  await seen(page.getByRole("heading", { level: 1, name: `${ODD_NAME} v1`, exact: true }), "the version's page after a reload");
  await page.goBack();
  await page.goBack();
  await seen(page.getByRole("searchbox"), "the list");
  assert.equal(await page.getByRole("searchbox").inputValue(), "fraud");
  view.assertClean();
  await view.close();
});

test("the search is in the address, and finds by part of a name or by filter", async () => {
  const view = await all.browser.open(all.server.url);
  const { page } = view;
  await view.goto("#/models");
  const rows = page.getByTestId("model-row");
  await seen(rows.nth(1), "both models");
  await page.getByRole("searchbox").fill("corn");
  await rows.nth(1).waitFor({ state: "detached" });
  assert.match(page.url(), /#\/models\?q=corn$/);
  await page.getByRole("searchbox").fill("name LIKE 'Fraud%'");
  await seen(rows.filter({ hasText: ODD_NAME }), "the filter's match");
  assert.equal(await rows.count(), 1);
  await page.getByRole("searchbox").fill("zebra");
  await seen(page.getByText("No model matches"), "that nothing matches");
  await page.getByRole("button", { name: "Clear the search" }).click();
  await seen(rows.nth(1), "both models again");
  view.assertClean();
  await view.close();
});

test("two versions in one stage are a warning that names both", async () => {
  const view = await all.browser.open(all.server.url);
  await view.goto("#/models");
  const row = view.page.getByTestId("model-row").filter({ hasText: "Unicorn" });
  const warning = row.locator("td").filter({ hasText: "2 in Production" });
  await seen(warning, "the warning");
  assert.deepEqual(await warning.getByRole("link").allTextContents(), ["v2", "v1"]);
  await view.close();
});

test("a failed read is told where the data would be, and can be retried", async () => {
  const view = await all.browser.open(all.server.url, { expectedErrors: [/503/] });
  const { page } = view;
  const problem = { type: "about:blank", title: "x", status: 503, error_code: "TEMPORARILY_UNAVAILABLE", detail: "the database is busy" };
  await page.route("**/api/v1/models?*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await view.goto("#/models");
  await seen(page.getByText("the database is busy"), "the server's message");
  await view.assertAccessible("the failed list");
  await page.unroute("**/api/v1/models?*");
  await page.getByRole("button", { name: "Retry" }).click();
  await seen(page.getByTestId("model-row").first(), "the models");
  view.assertClean();
  await view.close();
});

test("the theme can be chosen, is kept, and is there before the first paint", async () => {
  const view = await all.browser.open(all.server.url, { scheme: "light" });
  const { page } = view;
  await view.goto("#/models");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: /^Theme: system/ }).click();
  await page.getByRole("button", { name: /^Theme: light/ }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload({ waitUntil: "commit" });
  await page.waitForSelector("#root", { state: "attached" });
  assert.equal(await background(), dark);
  view.assertClean();
  await view.close();
});

const SURFACES = [
  ["the list", "#/models", (page) => page.getByTestId("model-row")],
  ["the model", "#/models/Unicorn", (page) => page.getByTestId("history-entry")],
  ["the version", "#/models/Unicorn/versions/3", (page) => page.getByTestId("history-entry")],
  ["not found", "#/models/Unicorn/versions/99", (page) => page.getByText("Unicorn has no v99")],
];

for (const scheme of SCHEMES) {
  for (const [what, hash, loaded] of SURFACES) {
    test(`axe finds nothing on ${what}, ${scheme}`, async () => {
      const view = await all.browser.open(all.server.url, { scheme, expectedErrors: [/404/] });
      await view.goto(hash);
      await seen(loaded(view.page), what);
      await view.assertAccessible(`${what}, ${scheme}`);
      view.assertClean();
      await view.close();
    });
  }

  test(`axe finds nothing on the open menu and the open panel, ${scheme}`, async () => {
    const view = await all.browser.open(all.server.url, { scheme });
    const { page } = view;
    await view.goto("#/models/Unicorn/versions/3");
    await (await seen(page.getByTestId("stage-line").getByRole("button"), "the stage control")).click();
    await seen(page.getByRole("menuitem", { name: "Production" }), "the menu");
    await view.assertAccessible(`the menu, ${scheme}`);
    await page.getByRole("menuitem", { name: "Production" }).click();
    await seen(page.getByTestId("displacement"), "the panel");
    await view.assertAccessible(`the panel, ${scheme}`);
    view.assertClean();
    await view.close();
  });
}

test("nothing scrolls sideways at 390 pixels", async () => {
  const view = await all.browser.open(all.server.url, { width: 390, height: 844, expectedErrors: [/404/] });
  for (const [what, hash, loaded] of SURFACES) {
    await view.goto(hash);
    await seen(loaded(view.page), what);
    await view.assertFits();
  }
  await view.goto("#/models/Unicorn");
  await (await seen(view.page.getByTestId("version-3").getByRole("button"), "the stage control")).click();
  await view.page.getByRole("menuitem", { name: "Production" }).click();
  await seen(view.page.getByTestId("displacement"), "the panel");
  await view.assertFits();
  view.assertClean();
  await view.close();
});
