import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import { Problem } from "#shared/problem.ts";
import { retryAfter } from "../in-time.ts";
import type { RunnerAnswer, RunnerClient } from "../runner-client.ts";
import type { Wanted } from "./overtaken.ts";

/** What the runner remembers of deliveries. Both throw CicdError `runner_unavailable`. */
export interface RunnerMemory {
  /** Whether it has taken a delivery in. */
  knows(id: string): Promise<boolean>;
  /** The time of the last delivery of a session that is of a kind; 0 when there is none. */
  lastOf(sessionId: string, isOfKind: (task: Wanted) => boolean): Promise<number>;
}

const Tasks = z.object({
  tasks: z.array(
    z.object({
      kind: z.string(),
      event: z.object({
        type: z.string(),
        authorization: z.string().optional(),
        delivered_at: z.iso.datetime().optional(),
      }),
      created_at: z.iso.datetime(),
    }),
  ),
});

/** Asks the runner about deliveries of one forge. */
export function runnerMemory(runner: RunnerClient, forge: Forge, requestId: string): RunnerMemory {
  const ask = (path: string) => runner.ask({ method: "GET", path, requestId });
  return {
    knows: async (id) => {
      const answer = await ask(`/v1/deliveries/${encodeURIComponent(id)}?forge=${forge}`);
      if (answer.status === 200) return true;
      if (Problem.safeParse(answer.body).data?.code === "not_found") return false;
      throw unexpected(answer);
    },
    lastOf: async (sessionId, isOfKind) => {
      const answer = await ask(`/v1/tasks?session_id=${sessionId}`);
      const { success, data } = Tasks.safeParse(answer.body);
      if (!success) throw unexpected(answer);
      return Math.max(0, ...data.tasks.filter(isOfKind).map(timeOf));
    },
  };
}

/** When its delivery was made; when the runner took it in, of one of an earlier release. */
function timeOf({ event, created_at }: z.infer<typeof Tasks>["tasks"][number]): number {
  return Date.parse(event.delivered_at ?? created_at);
}

function unexpected({ status }: RunnerAnswer): CicdError {
  const message = `Cannot ask runner about deliveries: unexpected answer ${status}`;
  return new CicdError("runner_unavailable", message, { retryAfter });
}
