import { readFileSync } from "node:fs";
import pLimit from "p-limit";
import { markerVariable } from "#runner/claude/orphans.ts";
import { note } from "./deeds.ts";
import type { Burst, Step } from "./plan.ts";
import type { Runner } from "./runner.ts";
import { type Kind, Sent, type Target } from "./sent.ts";

/** What a driver works with. */
export interface DriverOptions {
  readonly runner: Runner;
  readonly folder: string;
  readonly target: (number: number) => Target;
}

/** How many pull requests are pushed to at once: a few more than there are processes. */
const concurrency = 12;

/** Pushes, meddles and waits, and remembers all that it has handed over, in order. */
export class Driver {
  /** By pull request. */
  readonly sent = new Map<number, Sent<Step>[]>();
  /** How many pushes have ended. */
  ended = 0;
  readonly #options: DriverOptions;
  readonly #last = new Map<number, Promise<void>>();

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** Does all bursts, those of one pull request one after the other. */
  async run(bursts: readonly Burst[]): Promise<void> {
    const limit = pLimit(concurrency);
    await Promise.all(
      bursts.map((burst) =>
        limit(async () => {
          const number = burst[0]?.number ?? 0;
          const last = this.#last.get(number);
          const done = (async () => {
            await last;
            await this.#burst(burst);
          })();
          this.#last.set(number, done);
          await done;
        }),
      ),
    );
  }

  async #burst(burst: Burst): Promise<void> {
    const all: Sent<Step>[] = [];
    for (const step of burst) {
      const sent = await this.#deliver("review", step);
      all.push(sent, ...(await this.#meddle(step, sent)));
    }
    for (const sent of all) await sent.ended();
    this.ended += burst.length;
  }

  /** Resolves to what else was handed over; most steps end with the end of the task. */
  async #meddle(step: Step, sent: Sent<Step>): Promise<Sent<Step>[]> {
    switch (step.meddling) {
      case "push again at once":
        return [];
      case "push again in the turn":
        await sent.reached("turn.started");
        return [];
      case "close at once":
        return [await this.#deliver("close", step)];
      case "close at the end":
        await sent.ended();
        return [await this.#deliver("close", step)];
      case "end the process":
        await sent.ended();
        this.#options.runner.endSession(sent.sessionId).catch((error) => sent.fail(error));
        return [];
      case "cancel in the turn":
        await sent.reached("turn.started");
        await sent.cancel();
        break;
      case "cancel at once":
        await sent.cancel();
        break;
      case "kill the process":
        await sent.reached("turn.started");
        this.#kill(sent);
        break;
    }
    await sent.ended();
    return [];
  }

  async #deliver(kind: Kind, step: Step): Promise<Sent<Step>> {
    const { runner, target } = this.#options;
    const sent = await Sent.deliver(runner, kind, step, target(step.number));
    this.sent.set(step.number, [...(this.sent.get(step.number) ?? []), sent]);
    return sent;
  }

  /** Kills the process that serves a task, by an id that is still that of a process of this run. */
  #kill({ journal }: Sent): void {
    const pid = journal.reduce(
      (last: number | null, { data }) => ("pid" in data ? data.pid : last),
      null,
    );
    if (pid === null || !this.#isOurs(pid)) return;
    note(this.#options.folder, pid, { kind: "killed" });
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It was faster.
    }
  }

  #isOurs(pid: number): boolean {
    const { stateDir } = this.#options.runner;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return environment.includes(`${markerVariable}=${stateDir}`);
    } catch {
      return false;
    }
  }
}
