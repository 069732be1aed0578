import { setTimeout as delay } from "node:timers/promises";
import { startFakeGitHub } from "../forges/github.ts";
import type { FakeForge, SeenComment, SeenState } from "../forges/page.ts";
import { fractionOf } from "../soak/fraction.ts";
import { within } from "../soak/within.ts";

/** How long a change may have been made before its answer comes, in milliseconds: time to die in. */
const slowest = 60;
/** How long pages may need to be told of the last ends, in seconds. */
const patience = 30;

/** GitHub, which lives through a whole campaign and counts. */
export class Forge implements AsyncDisposable {
  /** What the fake takes. */
  readonly token = "the-forge-token";
  readonly #fake: FakeForge;

  static async start(seed: string): Promise<Forge> {
    const fake = await startFakeGitHub();
    fake.server.trouble = ({ index, route }) =>
      route.startsWith("GET")
        ? undefined
        : { do: "wait", until: delay(fractionOf(seed, "forge", index) * slowest) };
    return new Forge(fake);
  }

  private constructor(fake: FakeForge) {
    this.#fake = fake;
  }

  get apiUrl(): string {
    return `${this.#fake.server.url}/api`;
  }

  /** Requests that its description does not allow. */
  get problems(): readonly string[] {
    return this.#fake.server.problems;
  }

  /** Waits until no commit is shown as being worked on; one that stays so is a problem of its page. */
  async settled(): Promise<void> {
    const isSettled = () => this.#fake.states().every(({ state }) => state !== "pending");
    await within(patience, () => "pages that are told of the end", isSettled).catch(() => {});
  }

  /** Our comments on a pull request. */
  comments(pull: number): SeenComment[] {
    const { self } = this.#fake;
    return this.#fake.comments().filter((one) => one.pull === pull && one.author === self);
  }

  /** How a commit stands; undefined when nothing was ever said of it. */
  state(sha: string): SeenState | undefined {
    return this.#fake.states().find((one) => one.sha === sha);
  }

  /** How often it was asked for what that changes a page. */
  writes(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { route } of this.#fake.server.requests) {
      if (!route.startsWith("GET")) counts[route] = (counts[route] ?? 0) + 1;
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fake[Symbol.asyncDispose]();
  }
}
