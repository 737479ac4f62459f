// The core act of the product: a version changes stage, by the client and by the page, and each sees the other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { focused, seen } from "./support/browser.mjs";
import { seedUnicorn, startAll } from "./support/seed.mjs";

let all;
before(async () => {
  all = await startAll();
  await seedUnicorn(all.client);
});
after(() => all?.stop());

const COMMENT = "checked on the Q4 slice — ok\nsecond line with \"quotes\" & <tags>";

/** Presses Tab until `locator` has the focus, as a person without a mouse would. */
async function tabTo(page, locator, what) {
  for (let presses = 0; presses < 60; presses++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${what} cannot be reached with Tab`);
}

test("what the client moves stands in the list, by stage", async () => {
  await all.client.transition("Unicorn", 3, "Staging");
  await all.client.transition("Unicorn", 2, "Production");
  const view = await all.browser.open(all.server.url);
  await view.goto("");
  const row = view.page.getByTestId("model-row").filter({ hasText: "Unicorn" });
  await seen(row, "the row of Unicorn");
  const headers = await view.page.getByRole("columnheader").allTextContents();
  const cell = (stage) => row.locator("td, th").nth(headers.indexOf(stage)).textContent();
  assert.match(await cell("Staging"), /v3/);
  assert.match(await cell("Production"), /v2/);
  view.assertClean();
  await view.close();
});

test("a version is moved with the keyboard alone, and the client reads it back", async () => {
  const view = await all.browser.open(all.server.url);
  const { page } = view;
  await view.goto("#/models/Unicorn/versions/3");
  const control = page.getByTestId("stage-line").getByRole("button");
  await seen(control, "the stage control");
  await tabTo(page, control, "the stage control");
  await page.keyboard.press("Enter");
  const production = page.getByRole("menuitem", { name: "Production" });
  await seen(production, "the menu of stages");
  // A menu that is open does not have the keyboard yet.
  await focused(page.getByRole("menu").getByRole("menuitem").first(), "the first stage");
  await page.keyboard.type("Prod");
  await focused(production, "the stage that was typed");
  await page.keyboard.press("Enter");

  const panel = page.getByRole("dialog");
  await seen(panel, "the transition panel");
  const displacement = panel.getByTestId("displacement");
  await seen(displacement, "who is displaced");
  await seen(displacement.getByText("Archived"), "where the displaced version goes");
  assert.match(await displacement.textContent(), /v2 leaves Production and becomes Archived/);

  const comment = panel.getByLabel("Comment");
  await focused(comment, "the comment");
  await page.keyboard.type(COMMENT);
  await tabTo(page, panel.getByRole("button", { name: "Move to Production" }), "the confirm button");
  await page.keyboard.press("Enter");

  await panel.waitFor({ state: "detached" });
  await seen(control.getByText("Production"), "the new stage");
  assert.match(await page.getByTestId("announcer").textContent(), /Unicorn v3 is now in Production\. v2 went to Archived\./);
  await focused(control, "the stage control, again");
  assert.deepEqual(await all.client.latest("Unicorn", "Production"), [[3, "Production"]]);
  assert.deepEqual(await all.client.latest("Unicorn", "Archived"), [[2, "Archived"]]);

  const entry = page.getByTestId("history-entry").filter({ has: page.getByText("second line") });
  await seen(entry, "the comment in the history");
  assert.equal(await entry.locator("blockquote").textContent(), COMMENT);
  view.assertClean();
  await view.close();
});

test("the side effect stands under its cause in the model's history", async () => {
  const view = await all.browser.open(all.server.url);
  await view.goto("#/models/Unicorn");
  const entry = view.page.getByTestId("history-entry").filter({ hasText: "second line" });
  await seen(entry, "the move");
  assert.match(await entry.getByRole("list", { name: "Side effects" }).textContent(), /v2 from Production to Archived/);
  view.assertClean();
  await view.close();
});

test("cancelling moves nothing and gives the focus back", async () => {
  const view = await all.browser.open(all.server.url);
  const { page } = view;
  await view.goto("#/models/Unicorn");
  const control = page.getByTestId("version-1").getByRole("button");
  await (await seen(control, "the stage control in the row")).click();
  await page.getByRole("menuitem", { name: "Staging" }).click();
  await seen(page.getByRole("dialog"), "the transition panel");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await focused(control, "the stage control, again");
  assert.deepEqual(await all.client.latest("Unicorn", "Staging"), []);
  view.assertClean();
  await view.close();
});

test("somebody else's move is told in the open panel, and the text stays", async () => {
  const view = await all.browser.open(all.server.url);
  const { page } = view;
  await view.goto("#/models/Unicorn/versions/1");
  await (await seen(page.getByTestId("stage-line").getByRole("button"), "the stage control")).click();
  await page.getByRole("menuitem", { name: "Production" }).click();
  await page.getByLabel("Comment").fill("half a sent");
  await all.client.transition("Unicorn", 1, "Staging");
  const told = page.getByTestId("changed-meanwhile");
  await seen(told, "that the version moved");
  assert.match(await told.textContent(), /moved v1 from None to Staging/);
  assert.equal(await page.getByLabel("Comment").inputValue(), "half a sent");
  assert.match(await page.getByRole("dialog").textContent(), /^Move Unicorn v1 to Production.*Staging/s);
  view.assertClean();
  await view.close();
});

test("a refusal stays in the panel with its reasons, and so does the text", async () => {
  const view = await all.browser.open(all.server.url, { expectedErrors: [/409/] });
  const { page } = view;
  const problem = { type: "about:blank", title: "Conflict", status: 409, error_code: "RESOURCE_CONFLICT", detail: "soak: 24 h in Staging are asked for" };
  await page.route("**/transition", (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await view.goto("#/models/Unicorn/versions/1");
  await (await seen(page.getByTestId("stage-line").getByRole("button"), "the stage control")).click();
  await page.getByRole("menuitem", { name: "Archived" }).click();
  await page.getByLabel("Comment").fill("kept text");
  await page.getByRole("button", { name: "Move to Archived" }).click();
  await seen(page.getByRole("dialog").getByText("soak: 24 h in Staging are asked for"), "the reason");
  assert.equal(await page.getByLabel("Comment").inputValue(), "kept text");
  view.assertClean();
  await view.close();
});
