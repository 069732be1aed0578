import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import * as z from "zod";
import { apiTokens, environment } from "../edge/settings.ts";
import { type Scene, setScene } from "../host/scene.ts";
import type { Responder } from "../messages-api/reply.ts";

/** How long the page may take for anything, in milliseconds. */
const patience = 20_000;

/** A page of a browser that belongs to one test; what it complains of fails that. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
}

/** A program whose dashboard knows a token of each scope; its tasks have one try. */
export async function setTheScene(respond: Responder): Promise<Scene> {
  const settings = {
    API_TOKENS: environment("").API_TOKENS ?? "",
    CLAUDE_TOOLS_ASK: "Bash",
    ASYNC_RETRY_MAX_ATTEMPTS: "1",
  };
  return await setScene({ respond, environment: settings });
}

/** Signs in, by keyboard. */
export async function visit(
  browser: Browser | string,
  scene: Scene,
  {
    scope = "admin",
    javaScriptEnabled = true,
  }: { scope?: keyof typeof apiTokens; javaScriptEnabled?: boolean } = {},
): Promise<Visit> {
  const context = await started(browser).newContext({ javaScriptEnabled });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (said) => {
    if (said.type() === "error" && !/^Failed to load resource/.test(said.text()))
      complaints.push(said.text());
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

function started(browser: Browser | string): Browser {
  return typeof browser === "string" ? assert.fail(browser) : browser;
}

const Violations = z.array(
  z.looseObject({ id: z.string(), nodes: z.array(z.looseObject({ html: z.string() })) }),
);

/** Holds a page against axe's rules, dark and light. */
export async function assertAccessible(page: Page): Promise<void> {
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
