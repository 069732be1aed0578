import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import * as z from "zod";
import { apiTokens, environment } from "../edge/settings.ts";
import { review, type Scene, setScene } from "../host/scene.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message, type Responder, text } from "../messages-api/reply.ts";
import { openBrowser } from "./browser.ts";

const opened = await openBrowser();
const skip = typeof opened === "string" ? opened : false;
after(async () => {
  if (typeof opened !== "string") await opened.close();
});

/** How long the page may take for anything, in milliseconds. */
const patience = 20_000;

/** A page of a browser that belongs to one test; what it complains of fails that. */
interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
}

async function setTheScene(respond: Responder): Promise<Scene> {
  const settings = {
    API_TOKENS: environment("").API_TOKENS ?? "",
    CLAUDE_TOOLS_ASK: "Bash",
    ASYNC_RETRY_MAX_ATTEMPTS: "1",
  };
  return await setScene({ respond, environment: settings });
}

/** Signs in, by keyboard. */
async function visit(
  scene: Scene,
  {
    scope = "admin",
    javaScriptEnabled = true,
  }: { scope?: keyof typeof apiTokens; javaScriptEnabled?: boolean } = {},
): Promise<Visit> {
  const context = await browser().newContext({ javaScriptEnabled });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (said) => {
    if (said.type() === "error" && !/status of 401/.test(said.text())) complaints.push(said.text());
  });
  const url = `${scene.program.edgeUrl}/dashboard`;
  await page.goto(url);
  // It has the focus by itself.
  await page.locator("#token:focus").waitFor();
  await page.keyboard.type(apiTokens[scope]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  return {
    page,
    url,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
}

function browser(): Browser {
  return typeof opened === "string" ? assert.fail(opened) : opened;
}

const Violations = z.array(
  z.looseObject({ id: z.string(), nodes: z.array(z.looseObject({ html: z.string() })) }),
);

/** Holds a page against axe's rules, dark and light. */
async function assertAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // As a debugger does it: the policy of the page lets no script in.
    await page.evaluate(axe.source);
    const found = await page.evaluate("axe.run().then(({ violations }) => violations)");
    const told = Violations.parse(found).map(({ id, nodes }) => [
      id,
      nodes.map(({ html }) => html),
    ]);
    assert.deepEqual(told, [], `${page.url()} ${colorScheme}`);
  }
}

suite("the dashboard in a browser", { skip }, () => {
  test("live output appears as the model says it; the end and the review come by themselves", {
    skip,
  }, async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using scene = await setTheScene((_, index) =>
      index === 0
        ? message({
            blocks: [
              textBlock("First words. ", gates[0]?.promise ?? "", "Then more. "),
              gates[1]?.promise ?? Promise.resolve(),
              toolUse("Glob", { pattern: "*" }),
            ],
          })
        : text(review("All is well here.")),
    );
    await using visited = await visit(scene);
    const { page, url } = visited;
    const sent = await scene.push(1);
    await page.getByRole("link", { name: "Add discounts" }).first().click();
    await page.getByRole("heading", { name: "Add discounts" }).waitFor();
    const log = page.getByRole("region", { name: "Journal" });
    await log.getByText("First words.").waitFor();
    assert.equal(await page.getByRole("status").textContent(), "running");
    assert(!(await log.textContent())?.includes("Then more."));
    await page.evaluate("document.body.dataset.here = 'same page'");
    gates[0]?.resolve();
    await log.getByText("First words. Then more.", { exact: false }).waitFor();
    gates[1]?.resolve();
    await page.getByText("All is well here.", { exact: true }).waitFor();
    await page.getByRole("status").getByText("succeeded").waitFor();
    assert.equal(await page.evaluate("document.body.dataset.here"), "same page");
    const said = (await log.textContent()) ?? "";
    assert.equal(said.split("Then more.").length, 2, `each word once: ${said}`);
    for (const step of ["Wait", "Fetch", "Start", "Turn"]) {
      await page.getByRole("rowheader", { name: step, exact: true }).waitFor();
    }
    assert.equal(page.url(), `${url}/tasks/${sent.task_id}`);
    await assertAccessible(page);
  });

  test("a question is answered by keyboard alone, and the tool runs", async () => {
    await using scene = await setTheScene(
      inOrder(
        message({ blocks: [toolUse("Bash", { command: "echo done > made && cat made" })] }),
        text(review()),
      ),
    );
    await using visited = await visit(scene, { scope: "write" });
    const { page } = visited;
    const sent = await scene.push(1);
    const allow = page.getByRole("button", { name: "Allow Bash" });
    await allow.waitFor();
    await assertAccessible(page);
    await page.locator("main").focus();
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press("Tab");
      if (await allow.evaluate((button) => button.matches(":focus"))) break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Add discounts" }).waitFor();
    await page.getByText("allowed by api").waitFor();
    await page.getByRole("status").getByText("succeeded").waitFor();
    await page.getByRole("rowheader", { name: "Asked people" }).waitFor();
    const { data } = await sent.first("permission.resolved");
    assert.equal(data.behavior, "allow");
  });

  test("a running task is cancelled without a script", async () => {
    await using scene = await setTheScene(() => text("I begin ", new Promise<never>(() => {})));
    await using visited = await visit(scene, { scope: "write", javaScriptEnabled: false });
    const { page, url } = visited;
    const sent = await scene.push(1);
    await sent.first("message.delta");
    await page.goto(`${url}/tasks/${sent.task_id}`);
    await page.getByText("I begin").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { name: "Add discounts" }).waitFor();
    await sent.first("task.cancelled");
    await page.reload();
    assert.equal(await page.getByRole("status").textContent(), "cancelled");
  });

  test("a dead letter is replayed, and all pages are accessible, dark and light", {
    skip,
  }, async () => {
    let answer = "This is no review.";
    await using scene = await setTheScene(() => text(answer));
    await using visited = await visit(scene);
    const { page, url } = visited;
    const sent = await scene.push(1);
    await sent.first("task.failed");
    for (const path of [
      "",
      "/tasks",
      "/sessions",
      "/usage",
      "/dead-letters",
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
