import { deliver } from "#demo/delivery.ts";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import type { HandOff } from "#shared/api.ts";
import { textBlock, toolUse } from "#test/messages-api/blocks.ts";
import { message, type Responder } from "#test/messages-api/reply.ts";
import { environment } from "../edge/settings.ts";
import { type Scene, setScene } from "../host/scene.ts";
import { handOff } from "../store/hand-off.ts";

/** The pull requests of the pictures. */
const titles = [
  "Add discounts to the cart",
  "Retry webhooks with jitter",
  "Cache price lists per region",
  "Round totals to whole cents",
];

const found = {
  summary: "Adds discounts and an average. A discount can leave fractions of a cent.",
  findings: [
    {
      severity: "high",
      category: "bug",
      file: "src/discount.ts",
      line: 6,
      message: "Prices are whole cents, but sum * percent / 100 is no whole number for most carts.",
      suggestion: "return sum - Math.round((sum * percent) / 100);",
    },
    {
      severity: "medium",
      category: "bug",
      file: "src/discount.ts",
      line: 10,
      message: "average() divides by items.length: an empty cart gives NaN.",
      suggestion: null,
    },
  ],
};

const words = `I read the new file first: prices are whole cents elsewhere, so I look at how the discount rounds.\n`;
const answer = `The README says that prices are in cents.\n\n\`\`\`json\n${JSON.stringify(found, null, 2)}\n\`\`\``;

/** A runner with some weeks behind it, three reviews done, and one that asks people something. */
export async function setStage(): Promise<Scene & { readonly taskIds: readonly string[] }> {
  const respond: Responder = (request, count) => {
    const pace = { latencyMs: 300, chunkDelayMs: 12 };
    const isAsking = JSON.stringify(request.body.messages).includes(titles[3] ?? "");
    if (count > 0) return message({ blocks: [textBlock(answer)], ...pace });
    const tool = isAsking
      ? toolUse("Bash", { command: "npm test -- --filter cents" })
      : toolUse("Glob", { pattern: "src/**" });
    return message({ blocks: [textBlock(words), tool], ...pace });
  };
  const scene = await setScene({
    respond,
    environment: {
      API_TOKENS: environment("").API_TOKENS ?? "",
      CLAUDE_TOOLS_ASK: "Bash",
      CLAUDE_PERMISSION_TIMEOUT: "10m",
    },
  });
  await scene.program.stop("SIGTERM");
  await seed(scene.stateDir);
  await scene.restart();
  const baseSha = await scene.repository.commit({ files: { "src/cart.ts": "export {};\n" } });
  const taskIds: string[] = [];
  for (const [index, title] of titles.entries()) {
    const number = 40 + index;
    const files = { "src/discount.ts": `export const percent = ${index};\n` };
    const headSha = await scene.repository.commit({
      files,
      branch: `change-${number}`,
      from: baseSha,
    });
    const target = { number, cloneUrl: scene.repository.url, baseSha, headSha, title };
    const { task_id } = await deliver("opened", target, {
      url: scene.program.edgeUrl,
      secret: "webhook-secret",
    });
    taskIds.push(task_id);
  }
  return Object.assign(scene, { taskIds });
}

/** What was reviewed in those weeks. */
const earlier = [
  "Charge the card once",
  "Show stock per warehouse",
  "Log refunds with their reason",
  "Drop the old checkout",
  "Sign invoices",
];

function work(before: number, index: number): HandOff {
  const made = handOff(600 - before * 3 - (index % 3));
  const title = earlier[(before + index) % earlier.length] ?? "";
  const event = { ...made.event, pull_request: { ...made.event.pull_request, title } };
  return { ...made, event };
}

const day = 24 * 60 * 60 * 1000;

/** Four weeks of tasks that ended: the same ones each time. */
async function seed(folder: string): Promise<void> {
  const today = Date.now();
  let now = today;
  await using store = new SqliteStore({ folder, host: "runner-1", now: () => now });
  for (let before = 29; before > 0; before -= 1) {
    const isWeekend = [0, 6].includes(new Date(today - before * day).getUTCDay());
    const tasks = isWeekend ? 1 : 4 + ((before * 7) % 5);
    for (let index = 0; index < tasks; index += 1) {
      now = today - before * day + index * 1_000_000;
      await store.enqueue(work(before, index), { limit: 100 });
      now += 400 + ((before * index * 37) % 900);
      const claim = await store.claim();
      if (claim === undefined) continue;
      now += 9000 + ((before * 13 + index * 29) % 17) * 1000;
      const cost_usd = 0.03 + ((before * 11 + index * 17) % 23) / 200;
      await store.addUsage(claim.task.id, claim.task.session_id, {
        model_requests: 3,
        input_tokens: 2100,
        output_tokens: 900,
        cache_read_input_tokens: 48_000,
        cache_creation_input_tokens: 5200,
        cost_usd,
        turn_ms: 9000,
      });
      const fails = (before + index) % 13 === 0;
      const error = {
        code: "repository_unavailable",
        category: "platform",
        message: "Cannot fetch: connection refused",
      } as const;
      await store.finish(
        claim,
        fails ? { state: "failed", error } : { state: "succeeded", result: { kind: "close" } },
      );
    }
  }
}
