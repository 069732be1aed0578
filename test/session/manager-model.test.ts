import { test } from "node:test";
import fc from "fast-check";
import { ModelRun } from "./model-run.ts";
import type { ModelSession } from "./sessions-model.ts";

const sessions = 4;
const maxSessions = 2;

test("SessionManager does what the model does, whatever is done with its sessions", async () => {
  const property = fc.asyncProperty(fc.commands(steps, { maxCommands: 30 }), async (commands) => {
    await using run = await ModelRun.start(sessions, maxSessions);
    await fc.asyncModelRun(() => ({ model: run.model, real: run }), commands);
  });
  // Time is for shrinking too; a slow machine makes fewer runs.
  await fc.assert(property, { numRuns: 8, interruptAfterTimeLimit: 20_000 });
});

type Model = ModelRun["model"];
type Step = fc.AsyncCommand<Model, ModelRun>;

const anySession = fc.nat(sessions - 1);
const one = (name: string, allowed: (session: ModelSession) => boolean, run: Action) =>
  anySession.map((index) => step(`${name} ${index}`, [index], allowed, run));
type Action = (run: ModelRun, index: number) => Promise<void> | void;

const any = () => true;
const isLeased = ({ leased }: ModelSession) => leased;
const isFree = ({ leased }: ModelSession) => !leased;
const lives = ({ pid }: ModelSession) => pid !== undefined;

const acquire = one("acquire", any, (run, index) => run.acquire(index));
const release = one("release", isLeased, (run, index) => run.release(index));
const steps: fc.Arbitrary<Step>[] = [
  acquire,
  acquire,
  release,
  release,
  one("turn", isLeased, (run, index) => run.turn(index, "hello")),
  one("fatal turn", isLeased, (run, index) => run.fatalTurn(index)),
  one("kill", lives, (run, index) => run.kill(index)),
  one("terminate", any, (run, index) => run.terminate(index)),
  one("restart", isFree, (run, index) => run.restart(index)),
  fc
    .uniqueArray(anySession, { minLength: 2 })
    .map((indexes) =>
      step(`acquire at once ${indexes}`, indexes, isFree, (run) => run.acquire(...indexes)),
    ),
  fc.nat(8).map((age) => step(`hibernate ${age}`, [], any, (run) => run.hibernateIdle(age))),
];

/** A step that is taken when all of its sessions are as they must be. */
function step(
  name: string,
  indexes: number[],
  allowed: (session: ModelSession) => boolean,
  action: Action,
): Step {
  return {
    check: (model) =>
      indexes.every((index) => {
        const session = model.sessions[index];
        return session !== undefined && allowed(session);
      }),
    run: async (_, run) => {
      run.tick();
      await action(run, indexes[0] ?? 0);
      await run.check();
    },
    toString: () => name,
  };
}
