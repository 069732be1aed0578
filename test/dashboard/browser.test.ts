import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { review } from "../host/scene.ts";
import { textBlock, toolUse } from "../messages-api/blocks.ts";
import { inOrder } from "../messages-api/in-order.ts";
import { message, text } from "../messages-api/reply.ts";
import { handOff } from "../runner-http/hand-off.ts";
import { openBrowser } from "./browser.ts";
import { openDashboard } from "./open-dashboard.ts";
import { assertAccessible, setTheScene, visit } from "./visit.ts";

const browser = await openBrowser();
const skip = typeof browser === "string" ? browser : false;
after(async () => {
  if (typeof browser !== "string") await browser.close();
});

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
        : index < 6
          ? message({ blocks: [toolUse("Glob", { pattern: `${index}` })], latencyMs: 400 })
          : text(review("All is well here.")),
    );
    await using visited = await visit(browser, scene);
    const { page, url } = visited;
    const sent = await scene.push(1);
    await page.getByRole("link", { name: "Add discounts" }).first().click();
    await page.getByRole("heading", { name: "Add discounts" }).waitFor();
    const log = page.getByRole("region", { name: "Journal" });
    await log.getByText("First words.").waitFor();
    assert.equal(await page.getByRole("status").textContent(), "running");
    assert(!(await log.textContent())?.includes("Then more."));
    await page.evaluate("document.body.dataset.here = 'same page'");
    const copies: { after: string | null; at: number }[] = [];
    page.on("request", (request) => {
      if (request.resourceType() !== "fetch") return;
      const after = new URL(request.url()).searchParams.get("after");
      copies.push({ after, at: performance.now() });
    });
    gates[0]?.resolve();
    await log.getByText("First words. Then more.", { exact: false }).waitFor();
    gates[1]?.resolve();
    await page.getByText("All is well here.", { exact: true }).waitFor();
    await page.getByRole("status").getByText("succeeded").waitFor();
    assert.equal(await page.evaluate("document.body.dataset.here"), "same page");
    const said = (await log.textContent()) ?? "";
    assert.equal(said.split("Then more.").length, 2, `each word once: ${said}`);
    await log.getByText('Glob {"pattern":"*"}').waitFor();
    await log.locator("[data-empty]").waitFor({ state: "detached" });
    for (const [index, { after: known, at }] of copies.entries()) {
      assert(Number(known) > 1, "what is known is not asked for again");
      const before = copies[index - 1]?.at ?? 0;
      assert(at - before > 1000, `${at - before} ms after the one before`);
    }
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
    await using visited = await visit(browser, scene, { scope: "write" });
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
    await using visited = await visit(browser, scene, { scope: "write", javaScriptEnabled: false });
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

  test("when nothing answers any more the page says so", async () => {
    await using scene = await setTheScene(() => text(review()));
    await using visited = await visit(browser, scene, { scope: "read" });
    const stale = visited.page.getByText("not up to date");
    assert.equal(await stale.isVisible(), false);
    await scene.program.stop("SIGKILL");
    await stale.waitFor();
  });

  test("while no runner answers the page tells what the edge keeps now, and an error stays one", async () => {
    assert(typeof browser !== "string", String(browser));
    await using lost = await openDashboard({ RUNNER_URL: "http://127.0.0.1:1" });
    const cookie = await lost.cookieOf("read");
    await using page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.route("**/*", async (route) => {
      const { pathname } = new URL(route.request().url());
      const answer = await lost.request(pathname.replace("/dashboard", ""), {
        headers: { cookie },
      });
      const headers = Object.fromEntries(answer.headers);
      const body = await answer.text();
      // The page may be gone by then.
      await route.fulfill({ status: answer.status, headers, body }).catch(() => {});
    });
    const stale = page.getByText("not up to date");
    const look = async () => {
      const asked = page.waitForResponse((answer) => answer.request().resourceType() === "fetch");
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await asked;
    };
    await page.goto("http://edge.test/dashboard");
    await page.getByText("all the same: 0 wait").waitFor();
    await lost.outbox.put({ handOff: handOff(), requestId: "r" });
    await look();
    await page.getByText("all the same: 1 wait").waitFor();
    assert.equal(await stale.isVisible(), false);
    await page.goto("http://edge.test/dashboard/dead-letters");
    await page.getByText("Code forbidden").waitFor();
    await look();
    await page.evaluate("new Promise((done) => setTimeout(done))");
    assert.equal(await stale.isVisible(), false);
  });
});
