import { setTimeout as delay } from "node:timers/promises";
import { HandOffAnswer } from "#shared/api.ts";
import { delivery } from "../edge/delivery.ts";
import { pullRequestPayload } from "../edge/pull-request-payload.ts";
import type { Target } from "../soak/sent.ts";
import { type Fleet, webhookSecret } from "./fleet.ts";
import type { Delivery } from "./plan.ts";

/** How long a forge's request may take, and how soon a person has it sent again, in milliseconds. */
const patience = 10_000;
const pause = 100;

/** What the edges have said of a delivery. */
type Taken = Pick<HandOffAnswer, "task_id" | "session_id">;

/** A forge: delivers, and delivers again what was not taken, as its people would have it do. */
export class Sender {
  /** How many deliveries were sent, copies and repeats included. */
  sent = 0;
  /** How many of them got a 202. */
  accepted = 0;
  /** How many got a 200, for they were known. */
  duplicates = 0;
  /** What no delivery may lead to. */
  readonly problems: string[] = [];
  readonly #fleet: Fleet;
  readonly #target: (one: Delivery) => Target;
  readonly #tasks = new Map<string, string>();

  constructor(fleet: Fleet, target: (one: Delivery) => Target) {
    this.#fleet = fleet;
    this.#target = target;
  }

  /** Delivers until it is taken. */
  async deliver(one: Delivery): Promise<Taken> {
    const request = await delivery(payloadOf(one, this.#target(one)), {
      id: one.id,
      secret: webhookSecret,
    });
    for (;;) {
      const taken = await this.#send(one, request);
      if (taken !== undefined) return taken;
      await delay(pause);
    }
  }

  /** Undefined when nothing took it, or nobody can know. */
  async #send({ id }: Delivery, request: RequestInit): Promise<Taken | undefined> {
    this.sent += 1;
    const response = await fetch(`${this.#fleet.anyEdge()}/webhooks/github`, {
      ...request,
      signal: AbortSignal.timeout(patience),
    }).catch(() => undefined);
    const body: unknown = await response?.json().catch(() => undefined);
    if (response === undefined || body === undefined || response.status === 503) return undefined;
    if (response.status !== 202 && response.status !== 200) {
      throw new Error(`Delivery ${id}: ${response.status} ${JSON.stringify(body)}`);
    }
    const taken = HandOffAnswer.omit({ outcome: true }).parse(body);
    this.#note(id, taken.task_id, response.status);
    return taken;
  }

  #note(id: string, taskId: string, status: number): void {
    if (status === 202) this.accepted += 1;
    else this.duplicates += 1;
    const first = this.#tasks.get(id) ?? taskId;
    this.#tasks.set(id, first);
    // Two edges may both keep it for the runner, and both say 202: for the same task.
    if (first !== taskId) this.problems.push(`Delivery ${id} made tasks ${first} and ${taskId}`);
  }
}

function payloadOf({ kind, push, number }: Delivery, target: Target) {
  const payload = pullRequestPayload({ action: kind === "close" ? "closed" : "synchronize" });
  const { repository, pull_request } = payload;
  return {
    ...payload,
    number,
    repository: { ...repository, clone_url: target.cloneUrl },
    pull_request: {
      ...pull_request,
      number,
      // What the scripted CLI knows the push by.
      title: `soak ${push}`,
      updated_at: new Date(1_700_000_000_000 + Number(push.split(".")[1]) * 1000).toISOString(),
      head: { ...pull_request.head, sha: target.headSha },
      base: { ...pull_request.base, sha: target.baseSha },
    },
  };
}
