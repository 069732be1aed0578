import type { WebhookAccepted, WebhookDuplicate, WebhookIgnored } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import { statusOf } from "#shared/problem.ts";
import type { SkipCode } from "#shared/skip.ts";
import { beginStep } from "#shared/trace.ts";
import type { ForgeAdapter } from "./forge/forge.ts";
import { gitea } from "./forge/gitea.ts";
import { gitee } from "./forge/gitee.ts";
import { github } from "./forge/github.ts";
import { gitlab } from "./forge/gitlab.ts";
import { checkDoor, type ForgeSettings } from "./forge-settings.ts";
import { handOver, type Takers } from "./hand-over.ts";
import { type LinkOptions, taskLinks } from "./link.ts";
import { receive } from "./receive.ts";
import type { Rules } from "./rules/config.ts";
import type { RunnerClient } from "./runner-client.ts";
import { tellSkipped } from "./tell-skipped.ts";
import { toHandOff } from "./to-hand-off.ts";

/**
 * What became of a webhook request. `kept` is accepted too, but the runner does not have it yet, for
 * a reason. `refused` is the sender's fault (4xx), `failed` is ours (5xx);
 * neither has been checked far enough to have a delivery id.
 */
export type DeliveryReport =
  | {
      readonly forge: Forge;
      readonly outcome: "accepted" | "duplicate";
      readonly deliveryId: string;
      readonly taskId: string;
    }
  | {
      readonly forge: Forge;
      readonly outcome: "kept";
      readonly deliveryId: string;
      readonly taskId: string;
      readonly reason: string;
    }
  | {
      readonly forge: Forge;
      readonly outcome: "ignored";
      readonly deliveryId: string;
      readonly code: SkipCode;
      readonly reason: string;
    }
  | { readonly forge: Forge; readonly outcome: "refused" | "failed"; readonly reason: string };

/** What the handling of a webhook needs besides the request. */
export interface WebhookContext extends Takers {
  /** The segment of the path after `webhooks`. */
  readonly forge: string;
  /** The one after that, where there is one. */
  readonly segment: string | undefined;
  readonly requestId: string;
  /** Told of what makes no task. */
  readonly runner: RunnerClient;
  readonly forges: Readonly<Record<Forge, ForgeSettings>>;
  readonly rules: Rules;
  /** In bytes. */
  readonly maxBody: number;
  readonly publicUrl: string | undefined;
  readonly link: LinkOptions;
  readonly now: () => number;
  readonly onDelivery: (report: DeliveryReport) => void;
  /** Lets work go on behind the answer. */
  readonly later: (work: Promise<void>) => void;
}

const adapters: readonly ForgeAdapter[] = [github, gitlab, gitee, gitea];

/**
 * Answers a webhook: 202 with links to the task, 200 for a duplicate or an ignored delivery.
 * @throws CicdError that names what is wrong with the request, or why nothing durable took it.
 */
export async function handleWebhook(request: Request, context: WebhookContext): Promise<Response> {
  const adapter = adapters.find(({ name }) => name === context.forge);
  if (adapter === undefined) {
    const known = adapters.map(({ name }) => name).join(", ");
    throw new CicdError("not_found", "Cannot take webhook: unknown forge", {
      hint: `Known forges: ${known}`,
    });
  }
  const forge = adapter.name;
  try {
    const { report, response } = await take(request, adapter, context);
    context.onDelivery(report);
    return response;
  } catch (thrown) {
    const error = CicdError.from(thrown);
    const outcome = statusOf(error.code) < 500 ? "refused" : "failed";
    context.onDelivery({ forge, outcome, reason: error.code });
    throw error;
  }
}

async function take(request: Request, adapter: ForgeAdapter, context: WebhookContext) {
  const { requestId, segment, forges, rules, maxBody, runner, now, later } = context;
  const forge = adapter.name;
  const settings = checkDoor(forge, forges[forge], segment);
  const received = await receive(request, { adapter, settings, rules, now: now(), maxBody });
  const { deliveryId } = received;
  if (received.kind === "ignored") {
    const { code, reason } = received;
    later(tellSkipped(runner, requestId, { delivery_id: deliveryId, forge, code, reason }));
    const body: WebhookIgnored = { ignored: true, code, reason };
    return {
      report: { forge, outcome: received.kind, deliveryId, code, reason },
      response: Response.json(body),
    };
  }

  const trace = beginStep(request.headers.get("traceparent"));
  const handOff = toHandOff({ forge, ...received, at: now(), trace });
  const { taskId, sessionId, ...handedOver } = await handOver({ handOff, requestId }, context);
  const base = context.publicUrl ?? new URL(request.url).origin;
  const links = taskLinks(base, taskId, context.link, now());
  const accepted: WebhookAccepted = { task_id: taskId, session_id: sessionId, ...links };
  const duplicate: WebhookDuplicate = { duplicate: true, ...accepted };
  const isKnown = handedOver.outcome === "duplicate";
  return {
    report: { forge, deliveryId, taskId, ...handedOver },
    response: isKnown ? Response.json(duplicate) : Response.json(accepted, { status: 202 }),
  };
}
