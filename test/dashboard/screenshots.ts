/** Makes the pictures of the documentation: `npm run screenshots`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { apiTokens } from "../edge/settings.ts";
import { openBrowser } from "./browser.ts";
import { setStage } from "./stage.ts";

const folder = process.argv[2] ?? new URL("../../docs/images/", import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
if (typeof browser === "string") throw new Error(browser);
try {
  await using stage = await setStage();
  const url = `${stage.program.edgeUrl}/dashboard`;
  for (const colorScheme of ["light", "dark"] as const) {
    const viewport = { width: 1100, height: 900 };
    const page = await browser.newPage({ colorScheme, viewport });
    await page.goto(url);
    await page.getByLabel("API token").fill(apiTokens.admin);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Waiting for you" }).waitFor({ timeout: 60_000 });
    await page
      .getByRole("table", { name: "Tasks that have ended" })
      .getByText("Cache price")
      .waitFor({ timeout: 60_000 });
    const shots = [
      { name: "overview", at: url, schemes: ["light", "dark"] },
      { name: "task", at: `${url}/tasks/${stage.taskIds[0]}`, schemes: ["dark"] },
      { name: "usage", at: `${url}/usage`, schemes: ["light"] },
    ];
    for (const { name, at } of shots.filter(({ schemes }) => schemes.includes(colorScheme))) {
      await page.goto(at);
      await page.screenshot({
        path: join(folder, `dashboard-${name}-${colorScheme}.png`),
      });
    }
    await page.close();
  }
} finally {
  await browser.close();
}
