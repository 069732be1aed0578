import { memoryOfAll } from "#runner/resilience/memory.ts";
import { startRaw } from "./raw.ts";
import type { Recorder } from "./rows.ts";
import type { Scene } from "./scene.ts";

const bytesPerMegabyte = 1024 ** 2;

/** What a crowd is measured in. */
export interface CrowdContext {
  /** One of its own: its processes are counted. */
  readonly scene: Scene;
  /** How many sessions are at work at once; no more than a product keeps processes by itself. */
  readonly crowd: number;
  readonly repeats: number;
  readonly record: Recorder;
}

/** Gives a turn to many warm sessions at once, bare ones and ours, and measures what ours take. */
export async function runCrowd(context: CrowdContext): Promise<void> {
  const { scene, crowd, record } = context;
  // Number 1 is the scene's own.
  const numbers = Array.from({ length: crowd }, (_, index) => index + 2);
  const first = await Promise.all(numbers.map((number) => scene.product.push(number, "cold")));
  await compareWithRaw(numbers, context);

  const memory = await memoryOfAll(first.map(({ pid }) => pid));
  for (const bytes of memory.values()) record("ours_crowd_memory", bytes / bytesPerMegabyte);
}

/** The bare processes are gone when it settles: they share pages with ours. */
async function compareWithRaw(
  numbers: readonly number[],
  { scene, repeats, record }: CrowdContext,
): Promise<void> {
  const { product, raw, prompts } = scene;
  await using resources = new AsyncDisposableStack();
  const bare = numbers.map(() => resources.use(startRaw(raw)));
  await Promise.all(bare.map((process) => process.turn(prompts.first)));
  const takeRaw = async () => {
    const began = performance.now();
    await Promise.all(bare.map((process) => process.turn(prompts.again)));
    record("raw_crowd", performance.now() - began);
  };
  const takeOurs = async () => {
    const deliveries = await Promise.all(numbers.map((number) => product.commit(number)));
    const began = performance.now();
    const reviews = await Promise.all(deliveries.map((deliver) => deliver("warm")));
    record("ours_crowd", performance.now() - began);
    for (const { timing } of reviews) {
      record("ours_crowd_workspace", timing.workspace_ms);
      record("ours_crowd_turn", timing.turn_ms);
    }
  };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const [before, after] = repeat % 2 === 0 ? [takeRaw, takeOurs] : [takeOurs, takeRaw];
    await before();
    await after();
  }
}
