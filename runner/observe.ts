import type { Logger } from "pino";
import { TerminalState } from "#shared/task.ts";
import type { DispatcherOptions } from "./dispatch/dispatcher.ts";
import type { Work } from "./dispatch/run-attempt.ts";
import type { MembershipOptions } from "./membership.ts";
import type { Metrics } from "./metrics.ts";
import type { BreakerOptions } from "./resilience/breaker.ts";
import type { DegradationOptions } from "./resilience/degradation.ts";
import type { RetentionOptions } from "./retention.ts";
import type { SessionManagerOptions } from "./session/manager.ts";
import type { UpkeepOptions } from "./upkeep.ts";

/** What the parts of a runner call when something happened. */
export interface Observers
  extends Pick<UpkeepOptions, "onSwept">,
    Pick<RetentionOptions, "onPruned">,
    Pick<MembershipOptions, "onLost" | "onUnheard" | "onReaped"> {
  readonly onState: NonNullable<SessionManagerOptions["onState"]>;
  readonly onStart: NonNullable<DispatcherOptions["onStart"]>;
  readonly onEnd: NonNullable<DispatcherOptions["onEnd"]>;
  readonly onDegradation: NonNullable<DegradationOptions["onChange"]>;
  readonly onBreaker: NonNullable<BreakerOptions["onChange"]>;
  /** The same work, with its turns counted. */
  counted(work: Work): Work;
}

/**
 * Turns what happens into metrics and log lines: the only place that knows both. `now` is the clock
 * that tasks are dated by.
 */
export function observers(metrics: Metrics, log: Logger, now: () => number): Observers {
  const readySince = new Map<number, number>();
  // Less than nothing would take away from what was counted, after the clock was set back.
  const since = (time: string) => Math.max(0, now() - Date.parse(time));
  return {
    onState: ({ sessionId, pid, from, to }) => {
      const fields = { component: "session", session_id: sessionId, pid };
      if (from === "starting" && to === "ready") {
        readySince.set(pid, now());
        metrics.sessionStarted();
        log.info({ ...fields, event: "session_created" });
      }
      const since = readySince.get(pid);
      if (to !== "dead" || since === undefined) return;
      readySince.delete(pid);
      metrics.sessionEnded(now() - since);
      log.info({ ...fields, event: "session_terminated" });
    },
    onStart: ({ task }) => {
      if (task.attempt === 1) metrics.taskStarted(since(task.created_at));
      const { id: task_id, session_id, kind, attempt } = task;
      const event = "task_started";
      log.info({ component: "dispatch", event, task_id, session_id, kind, attempt });
    },
    onEnd: ({ task }, outcome, held) => {
      const { state } = outcome;
      const error = "error" in outcome ? outcome.error : undefined;
      const fields = { component: "dispatch", task_id: task.id, session_id: task.session_id };
      if (error) metrics.error(error.category);
      if (error) log.warn({ ...fields, event: "task_failed", state, error });
      else log.info({ ...fields, event: "task_completed", state, held });
      const terminal = TerminalState.safeParse(state);
      if (held && terminal.success) {
        metrics.taskEnded(terminal.data, since(task.started_at ?? task.created_at));
      }
    },
    onDegradation: (from, to, reasons) => {
      log.warn({ component: "resilience", event: "degradation_changed", from, to, reasons });
    },
    onBreaker: (from, to) => {
      log.warn({ component: "resilience", event: "breaker_changed", from, to });
    },
    onSwept: (event, count) => log.info({ component: "session", event, count }),
    onPruned: (pruned) => log.info({ component: "store", event: "pruned", ...pruned }),
    onLost: (tasks) => log.warn({ component: "host", event: "tasks_lost", tasks }),
    onUnheard: () => log.warn({ component: "host", event: "leases_run_out" }),
    onReaped: (tasks) => log.warn({ component: "host", event: "tasks_reaped", tasks }),
    counted: (work) => (task, context) =>
      work(task, {
        ...context,
        onEvent: (event) => {
          if (event.type === "turn.completed") {
            metrics.turnOverhead(event.data.overhead_ms);
            metrics.cost(event.data.usage.cost_usd);
          }
          context.onEvent(event);
        },
      }),
  };
}
