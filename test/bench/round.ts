import { until } from "../until.ts";
import { oneShot, type RawProcess, type RawSetting, startRaw } from "./raw.ts";
import { recordCold, recordRawCold, recordSpare, recordWarm } from "./records.ts";
import { timeRecovery } from "./recovery.ts";
import type { Recorder } from "./rows.ts";
import type { Scene } from "./scene.ts";
import type { Spared } from "./spared.ts";

/** What a round works with. */
export interface RoundContext {
  readonly scene: Scene;
  /** A bare CLI whose API goes through a broker. */
  readonly brokered: RawSetting;
  readonly spared: Spared;
  readonly record: Recorder;
}

const warmTurns = 3;
/** Pairs of a bare turn and one by the broker, besides those that come with a warm turn of ours. */
const morePairs = 9;

/** Takes each of its rows at least once; `index`, from 0, decides who goes first. */
export async function runRound(index: number, context: RoundContext): Promise<void> {
  const { scene, spared, record } = context;
  const { product, raw, prompts } = scene;
  // Number 1 is the scene's own.
  const number = index + 2;
  await using resources = new AsyncDisposableStack();
  const takeOneShot = async () =>
    record("raw_one_shot", (await oneShot(prompts.first, raw)).totalMs);
  const takeOurs = async () => recordCold(await product.push(number, "cold"), record);
  const [before, after] = index % 2 === 0 ? [takeOneShot, takeOurs] : [takeOurs, takeOneShot];
  await before();
  const bare = resources.use(startRaw(raw));
  recordRawCold(await bare.turn(prompts.first), record);
  await after();
  const brokered = resources.use(startRaw(context.brokered));
  await brokered.turn(prompts.first);

  const pid = await takeWarm(index, number, { bare, brokered, scene, record });
  await kill(pid);
  const resumed = await product.push(number, "resumed");
  record("resumed_first", resumed.firstMs);
  record("resumed", resumed.totalMs);
  scene.holdNextAnswer();
  record("killed_first", await timeRecovery(product, number));
  await product.close(number);
  recordSpare(await spared.push(number), record);
}

interface Warm extends Pick<RoundContext, "scene" | "record"> {
  readonly bare: RawProcess;
  readonly brokered: RawProcess;
}

/** Takes the warm turns of all; resolves to the id of our process. */
async function takeWarm(index: number, number: number, context: Warm): Promise<number> {
  const { scene, record } = context;
  let pid = 0;
  for (let turn = 0; turn < warmTurns; turn += 1) {
    const order = index + turn;
    const takeRaw = () => takePair(Math.floor(order / 2), context);
    const early = order % 2 === 0 ? await takeRaw() : undefined;
    const ours = await scene.product.push(number, "warm");
    const { bareMs, brokeredMs } = early ?? (await takeRaw());
    record("raw_brokered", brokeredMs);
    recordWarm(ours, bareMs, record);
    pid = ours.pid;
  }
  // The broker's share is far below the noise of one turn: it takes more of them to see it.
  for (let pair = 0; pair < morePairs; pair += 1) await takePair(index + pair, context);
  return pid;
}

/** A turn of the bare CLI and one by the broker; `order` decides which is first. */
async function takePair(order: number, { bare, brokered, scene, record }: Warm) {
  const turnOf = async (cli: RawProcess) => (await cli.turn(scene.prompts.again)).totalMs;
  const early = order % 2 === 0 ? await turnOf(bare) : undefined;
  const brokeredMs = await turnOf(brokered);
  const bareMs = early ?? (await turnOf(bare));
  record("raw_brokered_over_raw", brokeredMs - bareMs);
  return { bareMs, brokeredMs };
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
