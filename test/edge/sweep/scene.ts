import { randomInt, randomUUID } from "node:crypto";
import type { Task } from "#shared/task.ts";
import { secrets, startRunner, type TestRunner } from "#test/runner-http/start-runner.ts";
import type { Changes } from "../forges/changes.ts";
import { environment } from "../settings.ts";
import type { FakeForge, Tried } from "./fake-forge.ts";
import type { Stand } from "./stands.ts";

/** An edge that looks for what it has missed when it is told to. */
export interface SweepingEdge extends AsyncDisposable {
  readonly url: string;
  sweep(): Promise<void>;
}

/** Starts one by the settings of an environment. */
export type StartSweepingEdge = (
  environment: Readonly<Record<string, string>>,
) => Promise<SweepingEdge>;

/** What a forge has tried to deliver; a pull request of its own unless told. */
export interface TriedChanges extends Partial<Tried>, Changes {
  /** How long ago, in milliseconds. */
  readonly ago?: number;
}

/** A forge, an edge and a real runner whose tasks nobody runs. */
export interface Scene extends AsyncDisposable {
  readonly forge: FakeForge;
  readonly edge: SweepingEdge;
  readonly runner: TestRunner;
  /** The forge tries to deliver, and gets no answer unless told. */
  tries(changes?: TriedChanges): Tried;
  /** The webhook itself. */
  deliver(tried: Pick<Tried, "id" | "payload">): Promise<Response>;
  /** Tasks of one owner, oldest first. */
  tasks(owner: string): Promise<Task[]>;
}

/** What of a scene differs. */
export interface SceneOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly queueLimit?: number | undefined;
}

/** Sets one up. */
export async function setScene(
  stand: Stand,
  startEdge: StartSweepingEdge,
  { environment: more = {}, queueLimit = 100 }: SceneOptions = {},
): Promise<Scene> {
  const runner = await startRunner({ queueLimit });
  const forge = await stand.start();
  const edge = await startEdge({
    ...environment(`http://127.0.0.1:${runner.port}`),
    RUNNER_SECRET: secrets.join(" "),
    EDGE_MAX_BODY: "1MB",
    EDGE_PUBLIC_URL: "https://edge.test",
    ...stand.environment(forge.url),
    ...more,
  });
  return {
    forge,
    edge,
    runner,
    tries: ({ ago = 1000, owner = randomUUID(), ...changes } = {}) => {
      const tried: Tried = {
        // Beyond what a number holds, as GitHub's are.
        number: 3_804_004_623_172_239_366n + BigInt(randomInt(1_000_000)),
        id: randomUUID(),
        event: stand.event,
        at: Date.now() - ago,
        status: undefined,
        answer: "",
        payload: stand.payload({ ...changes, owner }),
        ...changes,
      };
      forge.tried.push(tried);
      return tried;
    },
    deliver: async ({ id, payload }) =>
      await fetch(`${edge.url}/webhooks/${stand.forge}`, await stand.deliver(payload, id)),
    tasks: async (owner) => {
      const all = await runner.store.tasks({ limit: 500 });
      return all.filter(({ event }) => event.repository.owner === owner).toReversed();
    },
    [Symbol.asyncDispose]: async () => {
      await edge[Symbol.asyncDispose]();
      await forge[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
