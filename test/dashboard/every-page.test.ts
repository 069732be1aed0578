import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { review } from "../host/scene.ts";
import { text } from "../messages-api/reply.ts";
import { openBrowser } from "./browser.ts";
import { assertAccessible, setTheScene, visit } from "./visit.ts";

const browser = await openBrowser();
const skip = typeof browser === "string" ? browser : false;
after(async () => {
  if (typeof browser !== "string") await browser.close();
});

suite("every page in a browser", { skip }, () => {
  test("a dead letter is replayed, and all pages are accessible, dark and light", {
    skip,
  }, async () => {
    let answer = "This is no review.";
    await using scene = await setTheScene(() => text(answer));
    await using visited = await visit(browser, scene);
    const { page, url } = visited;
    const sent = await scene.push(1);
    await sent.first("task.failed");
    for (const path of [
      "",
      "/tasks",
      "/sessions",
      "/usage",
      "/dead-letters",
      "/dead-letters/replay",
      `/tasks/${sent.task_id}`,
      "/nothing",
    ]) {
      if (path !== "/nothing") await page.goto(url + path);
      await assertAccessible(page);
    }
    await page.getByRole("link", { name: "Dead letters" }).click();
    answer = review("Better now.");
    await page.getByRole("button", { name: /^Replay Codertocat/ }).click();
    await page.getByText("Better now.", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Dead letters" }).click();
    assert.equal(await page.getByText("None.").count(), 2);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertAccessible(page);
  });
});
