import { v7 } from "uuid";
import { CancelAnswer, type HandOff, HandOffAnswer } from "#shared/api.ts";
import type { JournalEntry, JournalType } from "#shared/journal.ts";
import type { Asked } from "./asked.ts";
import { follow } from "./follow.ts";
import type { Push, Step } from "./plan.ts";
import { within } from "./within.ts";

/** The commits of a pull request. */
export interface Target {
  readonly cloneUrl: string;
  readonly baseSha: string;
  readonly headSha: string;
}

/** What is handed over. */
export type Kind = "review" | "close";

/** How long a task may take until the run is given up, in seconds. */
const patience = 120;

/** A hand-off that was accepted, and its task as a client sees it. */
export class Sent<P extends Push = Push> {
  readonly kind: Kind;
  readonly step: P;
  readonly taskId: string;
  readonly sessionId: string;
  readonly journal: JournalEntry[] = [];
  /** What became of the request to cancel it. */
  cancelled: CancelAnswer["outcome"] | undefined;
  readonly #asked: Asked;
  #isOver = false;
  #error: unknown;

  /** Hands a push over, or the end of its pull request; twice where the plan says so. */
  static async deliver(asked: Asked, kind: Kind, step: Step, target: Target): Promise<Sent<Step>> {
    const body = handOff(kind, step, target);
    const answer = await post(asked, body);
    if (step.meddling === "deliver twice") {
      const again = await post(asked, { ...body, task_id: v7() });
      if (again.outcome !== "duplicate" || again.task_id !== answer.task_id) {
        throw new Error(`Delivery ${body.delivery_id} made two tasks: ${JSON.stringify(again)}`);
      }
    }
    return new Sent(asked, kind, step, answer);
  }

  /** What was handed over already. */
  constructor(
    asked: Asked,
    kind: Kind,
    step: P,
    answer: Pick<HandOffAnswer, "task_id" | "session_id">,
  ) {
    this.#asked = asked;
    this.kind = kind;
    this.step = step;
    this.taskId = answer.task_id;
    this.sessionId = answer.session_id;
    void this.#follow();
  }

  async cancel(): Promise<void> {
    const path = `/v1/tasks/${this.taskId}/cancel`;
    const response = await this.#asked.ask(path, { method: "POST" });
    this.cancelled = CancelAnswer.parse(await response.json()).outcome;
  }

  /** Waits for an entry of a type, or the end. */
  async reached(type: JournalType): Promise<void> {
    await this.#wait(type, () => this.journal.some((entry) => entry.type === type));
  }

  async ended(): Promise<void> {
    await this.#wait("the end", () => false);
  }

  /** Lets whoever waits for it fail. */
  fail(error: unknown): void {
    this.#error ??= error;
  }

  async #wait(what: string, isReached: () => boolean): Promise<void> {
    const { push } = this.step;
    const where = () => `${what} of push ${push} in\n${this.journal.map(lineOf).join("\n")}`;
    await within(patience, where, () => this.#isOver || isReached());
    if (this.#error !== undefined) throw this.#error;
  }

  async #follow(): Promise<void> {
    try {
      for await (const entry of follow(this.#asked, this.taskId, this.step.hangUpAfter)) {
        this.journal.push(entry);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isOver = true;
    }
  }
}

function lineOf({ time, type, data }: JournalEntry): string {
  return `  ${time} ${type} ${JSON.stringify(data).slice(0, 200)}`;
}

async function post(asked: Asked, body: HandOff): Promise<HandOffAnswer> {
  const response = await asked.ask("/v1/events", { method: "POST", body });
  return HandOffAnswer.parse(await response.json());
}

function handOff(kind: Kind, { push, number }: Step, target: Target): HandOff {
  return {
    delivery_id: `${kind}-${push}`,
    forge: "github",
    task_id: v7(),
    kind,
    event: {
      type: "pull_request",
      forge: "github",
      action: kind === "close" ? "closed" : "synchronize",
      repository: { host: "github.com", owner: "octo", name: "soak", clone_url: target.cloneUrl },
      pull_request: {
        number,
        url: `https://github.com/octo/soak/pull/${number}`,
        // What the scripted CLI knows the push by.
        title: `soak ${push}`,
        body: "",
        author: "mona",
        draft: false,
        head: { sha: target.headSha, ref: `change-${number}` },
        base: { sha: target.baseSha, ref: "main" },
        fork: false,
      },
      sender: { login: "mona", bot: false },
    },
  };
}
