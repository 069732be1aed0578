import { EdgeHealth } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { getHealth } from "#shared/routes/edge.ts";

/**
 * How an edge says that it is; nobody needs a token for that.
 * @throws CicdError `runner_unavailable` when nothing answers there, or something else does.
 */
export async function edgeHealth(origin: string, signal: AbortSignal): Promise<EdgeHealth> {
  const url = `${origin.replace(/\/+$/, "")}${getHealth.path}`;
  const answer = await fetch(url, { signal, redirect: "manual" }).catch((cause) => {
    const why = signal.aborted ? "no answer in time" : "connection failed";
    throw new CicdError("runner_unavailable", `Cannot reach edge at ${origin}: ${why}`, {
      cause,
      hint: "Is it up, and is the URL right?",
    });
  });
  const health = EdgeHealth.safeParse(await answer.json().catch(() => undefined));
  if (health.success) return health.data;
  const message = `Cannot read health of edge at ${origin}: unexpected answer ${answer.status}`;
  throw new CicdError("runner_unavailable", message, { hint: "Is something else at that URL?" });
}
