import { Hono } from "hono";
import type { Health } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { getRunnerHealth } from "#shared/routes/health.ts";
import { shuttingDown } from "./admit.ts";
import type { RunnerEnv } from "./env.ts";
import { serve } from "./serve.ts";

/** What the probes show. */
export interface ProbeOptions {
  readonly isDraining: () => boolean;
  readonly health: () => Promise<Health>;
  /** The metrics as text, with the content type of their format. */
  readonly metrics: () => Promise<{ contentType: string; body: string }>;
}

/** Tells who has a token how the runner is. */
export function serveHealth(app: Hono<RunnerEnv>, { health }: ProbeOptions): void {
  serve(app, getRunnerHealth, health);
}

/** `/health`, `/health/ready` and `/metrics`: for supervisors and scrapers, who have no seal. */
export function probeRoutes({ isDraining, health, metrics }: ProbeOptions): Hono<RunnerEnv> {
  const routes = new Hono<RunnerEnv>();
  routes.get("/health", async (c) => {
    const state = await health();
    return c.json(state, state.status === "unhealthy" ? 503 : 200);
  });
  routes.get("/health/ready", async (c) => {
    if (isDraining()) throw shuttingDown("take work");
    const { status, problems } = await health();
    if (status === "unhealthy") {
      const why = problems.join("; ");
      throw new CicdError("runner_unavailable", `Cannot take work: runner is unhealthy: ${why}`);
    }
    return c.json({ ready: true });
  });
  routes.get("/metrics", async (c) => {
    const { contentType, body } = await metrics();
    return c.body(body, 200, { "content-type": contentType });
  });
  return routes;
}
