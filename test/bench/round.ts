import { until } from "../until.ts";
import { oneShot, type RawTurn, startRaw } from "./raw.ts";
import type { ReviewTimes } from "./reading.ts";
import type { RowKey } from "./rows.ts";
import type { Scene } from "./scene.ts";

/** What a round works with. */
export interface RoundContext extends Omit<Scene, typeof Symbol.asyncDispose> {
  readonly record: (key: RowKey, milliseconds: number) => void;
}

const warmTurns = 3;

/** Takes every row at least once; `index`, from 0, decides who goes first. */
export async function runRound(index: number, context: RoundContext): Promise<void> {
  const { product, raw, prompts, record } = context;
  // Number 1 is the scene's own.
  const number = index + 2;
  await using resources = new AsyncDisposableStack();
  const takeOneShot = async () =>
    record("raw_one_shot", (await oneShot(prompts.first, raw)).totalMs);
  const takeOurs = async () => recordCold(await product.push(number, "cold"), record);
  const [before, after] = index % 2 === 0 ? [takeOneShot, takeOurs] : [takeOurs, takeOneShot];
  await before();
  const process = resources.use(startRaw(raw));
  recordRawCold(await process.turn(prompts.first), record);
  await after();
  let pid = 0;
  for (let turn = 0; turn < warmTurns; turn += 1) {
    const takeRaw = () => process.turn(prompts.again);
    const takeOurs = () => product.push(number, "warm");
    const isRawFirst = (index + turn) % 2 === 0;
    const early = isRawFirst ? await takeRaw() : undefined;
    const ours = await takeOurs();
    const { totalMs } = early ?? (await takeRaw());
    recordWarm(ours, totalMs, record);
    pid = ours.pid;
  }
  await kill(pid);
  const resumed = await product.push(number, "resumed");
  record("resumed_first", resumed.firstMs);
  record("resumed", resumed.totalMs);
  await product.close(number);
}

type Record = RoundContext["record"];

function recordRawCold({ firstMs, totalMs }: RawTurn, record: Record): void {
  record("raw_cold", totalMs);
  record("raw_cold_first", firstMs);
}

function recordCold({ totalMs, timing }: ReviewTimes, record: Record): void {
  const { workspace_ms, process_ms, turn_ms } = timing;
  record("ours_cold", totalMs);
  record("ours_cold_workspace", workspace_ms);
  record("ours_cold_process", process_ms);
  record("ours_cold_turn", turn_ms);
  record("ours_cold_rest", totalMs - workspace_ms - process_ms - turn_ms);
}

function recordWarm(times: ReviewTimes, rawMs: number, record: Record): void {
  const { workspace_ms, process_ms, turn_ms } = times.timing;
  record("raw_warm", rawMs);
  record("ours_warm", times.totalMs);
  record("ours_warm_first", times.firstMs);
  record("ours_warm_workspace", workspace_ms);
  record("ours_warm_fetch", times.fetchMs);
  record("ours_warm_checkout", times.checkoutMs);
  record("ours_warm_diff", times.diffMs);
  record("ours_warm_process", process_ms);
  record("ours_warm_turn", turn_ms);
  record("ours_warm_overhead", times.overheadMs);
  record("ours_warm_turn_over_raw", turn_ms - rawMs);
  record("ours_warm_rest", times.totalMs - workspace_ms - process_ms - turn_ms);
  record("webhook_202", times.answeredMs);
}

/** Kills a process of the product, and waits until it has been seen to be gone. */
async function kill(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
