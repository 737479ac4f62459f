// A version's page shows where it comes from and what it is made of: the run, the signature, the files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { seen } from "./support/browser.mjs";
import { seedUnicorn, startAll } from "./support/seed.mjs";

let all;
let trained;
before(async () => {
  all = await startAll();
  await seedUnicorn(all.client);
  trained = await all.client.train("Churn");
});
after(() => all?.stop());

const PAGE = "#/models/Churn/versions/1";
const file = (path) => `${PAGE}?tab=files&path=${encodeURIComponent(path)}`;

async function opened(hash, options) {
  const view = await all.browser.open(all.server.url, options);
  await view.goto(hash);
  return view;
}

async function done(view) {
  view.assertClean();
  await view.close();
}

test("the overview shows the run, the last value of each metric with its step, params and data", async () => {
  const view = await opened(PAGE);
  const { page } = view;
  const run = page.getByRole("region", { name: "Run", exact: true });
  await seen(run.getByText("train-01"), "the run's name");
  const told = await run.textContent();
  for (const fact of ["churn/weekly", trained.run, trained.model, "finished", "accounts", "training"]) assert.ok(told.includes(fact), fact);
  const metric = (name) => run.getByTestId("metric").filter({ hasText: name });
  assert.deepEqual(await metric("f1").locator("td").allTextContents(), ["0.92 copy 0.9199999999999999", "2"], "the last value, rounded, and its step");
  assert.match(await metric("lift").locator("td").first().innerText(), /^NaN/);
  assert.equal(await run.getByTestId("param").count(), 13);
  await run.getByRole("searchbox", { name: "Search params" }).fill("feature_11");
  await seen(run.getByText("1 of 13"), "how many match");
  assert.equal(await run.getByTestId("param").count(), 1);
  await done(view);
});

test("a metric is copied with every digit", async () => {
  const view = await opened(PAGE);
  await view.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const value = view.page.getByTestId("metric").filter({ hasText: "f1" }).getByRole("button");
  await (await seen(value, "the value")).focus();
  await view.page.keyboard.press("Enter");
  await seen(value.getByText("copied"), "that it was copied");
  assert.equal(await view.page.evaluate(() => navigator.clipboard.readText()), "0.9199999999999999");
  await done(view);
});

test("the signature and the input example are tables, and the part is in the address", async () => {
  const view = await opened(PAGE);
  const { page } = view;
  await (await seen(page.getByRole("link", { name: "Signature" }), "the part's link")).click();
  const rows = async (part) => {
    const region = page.getByRole("region", { name: part, exact: true });
    await seen(region, part);
    return (await region.getByTestId("field").allInnerTexts()).map((row) => row.split(/\s+/).filter(Boolean).join(" "));
  };
  assert.deepEqual(await rows("Inputs"), ["tenure long yes", "spend double yes"]);
  assert.deepEqual(await rows("Outputs"), ["tensor of int64 [-1]"]);
  assert.deepEqual(await rows("Inference params"), ["threshold double 0.5"]);
  const example = page.getByRole("region", { name: "Rows of the input example" });
  await seen(example, "the input example");
  assert.deepEqual(await example.getByRole("columnheader").allTextContents(), ["tenure", "spend"]);
  assert.match(page.url(), /\?tab=signature$/);
  await page.reload();
  await seen(page.getByRole("region", { name: "Inputs" }), "the signature after a reload");
  await page.goBack();
  await seen(page.getByRole("region", { name: "Run", exact: true }), "the overview after Back");
  await done(view);
});

test("folders open, files are shown, and all of it by keyboard", async () => {
  const view = await opened(`${PAGE}?tab=files`);
  const { page } = view;
  const tree = page.getByRole("region", { name: "Files", exact: true });
  const folder = tree.getByRole("button", { name: "evaluation" });
  await seen(folder, "the folder");
  const names = await tree.getByRole("listitem").allInnerTexts();
  assert.equal(names[0].trim(), "evaluation", "folders come first");
  assert.ok(names.some((name) => /^MLmodel\s+\d/.test(name)), "files with their sizes");
  await folder.focus();
  await page.keyboard.press("Enter");
  const scores = tree.getByRole("link", { name: "scores.csv", exact: true });
  await (await seen(scores, "what is in it")).focus();
  await page.keyboard.press("Enter");
  const rows = page.getByRole("region", { name: "Rows of scores.csv" });
  await seen(rows, "the table");
  assert.deepEqual(await rows.getByRole("cell").allTextContents(), ["c-1", "0.25", "c-2", "0,75"]);
  assert.match(decodeURIComponent(page.url()), /tab=files&path=evaluation\/scores\.csv$/);
  await page.reload();
  await seen(tree.getByRole("link", { name: "scores.csv", exact: true }), "the open folder after a reload");
  await seen(page.getByRole("region", { name: "Rows of scores.csv" }), "the table after a reload");
  await done(view);
});

test("a download gives the bytes that were logged", async () => {
  const view = await opened(file("evaluation/report.html"));
  const { page } = view;
  const button = page.getByTestId("preview").getByRole("link", { name: "Download" });
  await seen(button, "the download");
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  assert.equal(download.suggestedFilename(), "report.html");
  assert.equal(await readFile(await download.path(), "utf8"), "<script>fetch('https://tracker.example')</script><h1>report</h1>");
  await done(view);
});

const HARMLESS = [
  ["HTML", "evaluation/report.html", "<h1>report</h1>"],
  ["SVG", "evaluation/logo.svg", "onload='alert(1)'"],
  ["Markdown", "evaluation/notes.md", "![x](https://tracker.example/x.png)"],
];

for (const [what, path, text] of HARMLESS) {
  test(`${what} is shown as text, and nothing of it runs or loads`, async () => {
    const view = await opened(file(path));
    const preview = view.page.getByTestId("preview");
    await seen(preview.getByText(text), "the source");
    assert.equal(await preview.locator("img, svg:not([aria-hidden]), iframe, object, h1, script").count(), 0);
    await done(view);
  });
}

test("an image is shown when its bytes are one, and only then", async () => {
  const view = await opened(file("evaluation/plot.png"));
  const image = view.page.getByRole("img", { name: "plot.png" });
  await seen(image, "the image");
  assert.match(await image.getAttribute("src"), /^blob:/);
  assert.equal(await image.evaluate((element) => element.decode().then(() => element.naturalWidth)), 40);
  await view.goto(file("evaluation/fake.png"));
  await seen(view.page.getByText("no image that browsers show safely"), "that it is none");
  assert.equal(await view.page.getByTestId("preview").getByRole("img").count(), 0);
  await done(view);
});

test("JSON on one line is laid out, and no digit of it changes", async () => {
  const view = await opened(file("evaluation/deep/one-line.json"));
  const text = view.page.getByRole("region", { name: "Text of one-line.json" });
  await seen(text, "the text");
  assert.equal(await text.textContent(), '{\n  "f1": 0.9199999999999999,\n  "ids": [\n    12345678901234567890\n  ]\n}');
  await done(view);
});

test("a file that is not there is told where it would be", async () => {
  const view = await opened(file("nope.txt"), { expectedErrors: [/404/] });
  await seen(view.page.getByTestId("preview").getByText("nope.txt could not be read."), "that it cannot be read");
  await seen(view.page.getByRole("button", { name: "Retry" }), "a way to try again");
  await done(view);
});

test("files that this server does not keep are told with their place and the reason", async () => {
  for (const tab of ["files", "signature"]) {
    const view = await opened(`#/models/Unicorn/versions/3?tab=${tab}`);
    await seen(view.page.getByText("The files are not on this server"), "that they are elsewhere");
    await seen(view.page.getByText("s3://bucket/unicorn/3", { exact: true }), "where they are");
    await seen(view.page.getByText("outside the storage that this server opens"), "why");
    await done(view);
  }
});

test("files that were changed after registration are a warning, which checking again takes back", async () => {
  const view = await opened(PAGE);
  const { page } = view;
  await seen(page.getByText("as registered"), "that the files are as registered", 15_000);
  const { text } = await requirements(page);
  await all.client.putFile(trained.model, "requirements.txt", "evil==6.6.6\n");
  await page.getByRole("button", { name: "Check again" }).click();
  const warning = page.getByTestId("mismatch");
  await seen(warning.getByText("no longer those that were registered"), "the warning");
  await view.assertAccessible("the warning");
  await page.getByRole("link", { name: "Files", exact: true }).click();
  await seen(warning, "the warning on every part");
  await all.client.putFile(trained.model, "requirements.txt", text);
  await warning.getByRole("button", { name: "Check again" }).click();
  await warning.waitFor({ state: "detached" });
  await seen(page.getByTestId("notice").getByText("The files are those that were registered."), "that all is well again");
  await done(view);
});

const requirements = (page) =>
  page.evaluate(async () => {
    const response = await fetch("model-versions/get-artifact?name=Churn&version=1&path=requirements.txt");
    return { text: await response.text() };
  });

const SURFACES = [
  ["the overview", PAGE, (page) => page.getByTestId("metric")],
  ["the signature", `${PAGE}?tab=signature`, (page) => page.getByRole("region", { name: "Rows of the input example" })],
  ["the files", `${PAGE}?tab=files`, (page) => page.getByRole("link", { name: "MLmodel", exact: true })],
  ["a text", file("MLmodel"), (page) => page.getByRole("region", { name: "Text of MLmodel" })],
  ["a table", file("evaluation/scores.csv"), (page) => page.getByRole("region", { name: "Rows of scores.csv" })],
  ["an image", file("evaluation/plot.png"), (page) => page.getByRole("img", { name: "plot.png" })],
  ["files elsewhere", "#/models/Unicorn/versions/3?tab=files", (page) => page.getByText("The files are not on this server")],
];

for (const [scheme, width] of [["light", 1440], ["dark", 1440], ["light", 390], ["dark", 390]]) {
  test(`axe finds nothing and nothing scrolls sideways, ${scheme}, ${width} pixels`, async () => {
    for (const [what, hash, loaded] of SURFACES) {
      const view = await opened(hash, { scheme, width });
      await seen(loaded(view.page), what);
      await view.assertAccessible(`${what}, ${scheme}, ${width}`);
      await view.assertFits();
      await done(view);
    }
  });
}

test("the models list and a model's page ask for nothing new", async () => {
  for (const hash of ["#/models", "#/models/Churn"]) {
    const view = await all.browser.open(all.server.url);
    const asked = [];
    view.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await view.goto(hash);
    await seen(view.page.getByText("Churn").first(), hash);
    await view.page.waitForLoadState("load");
    assert.deepEqual(asked.filter((path) => /get-artifact|\/files|\/versions\/\d|signature-tab|files-tab|worker/.test(path)), []);
    await done(view);
  }
});

test("code that cannot be fetched any more is told, with a way out", async () => {
  const view = await opened(PAGE, { expectedErrors: [/Failed to load resource|ERR_FAILED|dynamically imported/] });
  const { page } = view;
  await page.route("**/assets/files-tab-*.js", (route) => route.abort());
  await (await seen(page.getByRole("link", { name: "Files", exact: true }), "the part's link")).click();
  await seen(page.getByText("This page could not be shown."), "that something is wrong");
  await page.unroute("**/assets/files-tab-*.js");
  await page.getByRole("button", { name: "Reload" }).click();
  await seen(page.getByRole("link", { name: "MLmodel", exact: true }), "the files after a reload");
  await done(view);
});

// Last: from here on the model is broken.
test("an MLmodel file that would take minutes to parse is shown as text, and the page stays usable", async () => {
  const bomb = "&a ".repeat(70_000);
  await all.client.putFile(trained.model, "MLmodel", bomb);
  const view = await opened(`${PAGE}?tab=signature`);
  const { page } = view;
  await seen(page.getByRole("status", { name: "Loading the signature" }), "that it is being read");
  const started = Date.now();
  assert.equal(await page.evaluate(() => 1 + 1), 2);
  assert.ok(Date.now() - started < 500, "the page answers meanwhile");
  await seen(page.getByText("Parsing it takes too long."), "why there is no signature", 8_000);
  await seen(page.getByRole("region", { name: "Text of MLmodel" }), "the file as text");
  await done(view);
});
