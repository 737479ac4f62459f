// The links that the client prints open the run and its experiment, and a run tells the stages of what came of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seen } from "./support/browser.mjs";
import { startAll } from "./support/seed.mjs";

let all;
let trained;
before(async () => {
  all = await startAll();
  trained = await all.client.train("Churn");
});
after(() => all?.stop());

const runPage = () => `#/experiments/${trained.experiment}/runs/${trained.run}`;

async function opened(hash, options) {
  const view = await all.browser.open(all.server.url, options);
  await view.goto(hash);
  return view;
}

async function done(view) {
  view.assertClean();
  await view.close();
}

test("a run shows what it was given and measured, and its version's stage as it changes", async () => {
  const view = await opened(runPage());
  const { page } = view;
  await seen(page.getByRole("heading", { name: "train-01", level: 1 }), "the run's name");
  const text = await page.locator("main").textContent();
  for (const fact of ["churn/weekly", trained.run, "finished", "accounts", "feature_11", "Churn v1"]) assert.ok(text.includes(fact), fact);
  const registered = page.getByRole("region", { name: "Registered versions" });
  assert.match(await registered.innerText(), /None/);
  await all.client.transition("Churn", 1, "Production");
  await seen(registered.getByText("Production"), "the new stage, without a reload");
  await view.assertFits();
  await view.assertAccessible("a run");
  await registered.getByRole("link", { name: "Churn v1" }).click();
  const link = await seen(page.getByRole("region", { name: "Run", exact: true }).getByRole("link", { name: "train-01" }), "the way back to the run");
  await link.click();
  await seen(registered, "the run again");
  await done(view);
});

test("an experiment lists its runs, and each opens", async () => {
  const view = await opened(`#/experiments/${trained.experiment}`);
  const { page } = view;
  await seen(page.getByRole("heading", { name: "churn/weekly", level: 1 }), "the experiment's name");
  assert.equal(await page.getByTestId("run").count(), 1);
  await view.assertAccessible("an experiment");
  await page.getByRole("link", { name: "train-01" }).click();
  await seen(page.getByRole("region", { name: "Registered versions" }), "the run");
  await done(view);
});

test("the addresses of MLflow's own tabs open the same pages, in dark and on a phone", async () => {
  for (const [hash, heading] of [[`${runPage()}/artifacts/model`, "train-01"], [`${runPage()}/model-metrics`, "train-01"], [`#/experiments/${trained.experiment}/models`, "churn/weekly"]]) {
    const view = await opened(hash, { scheme: "dark", width: 390, height: 844 });
    await seen(view.page.getByRole("heading", { name: heading, level: 1 }), hash);
    await view.assertFits();
    await view.assertAccessible(hash);
    await done(view);
  }
});

test("what does not exist is said to", async () => {
  for (const [hash, words] of [["#/experiments/0/runs/none", "There is no such run"], ["#/experiments/4711", "There is no experiment 4711"]]) {
    const view = await opened(hash, { expectedErrors: [/404/] });
    await seen(view.page.getByRole("heading", { name: words }), words);
    await done(view);
  }
});
