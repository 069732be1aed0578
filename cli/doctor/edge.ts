import { CicdError } from "#shared/error.ts";
import { edgeHealth } from "../edge-health.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** Whether the edge answers where forges send to, or on this machine where that is not known. */
export function edgeCheck(origin: string, { isPublic }: { isPublic: boolean }): Check {
  return {
    name: "Edge",
    run: async (signal) => {
      try {
        const { status, runner, outbox } = await edgeHealth(origin, signal);
        const what = `${origin} is ${status}, its runner ${runner}`;
        if (runner === "unreachable" || runner === "unhealthy") {
          return fail(what, "Is the runner up? Do RUNNER_URL and RUNNER_SECRET fit on both sides?");
        }
        if (outbox.dead > 0) {
          return warn(`${what}; ${outbox.dead} dead letters`, "cicd-runner outbox list");
        }
        if (isPublic) return ok(what);
        return warn(`${what}; whether forges reach it is not known`, "Set edge.public_url");
      } catch (thrown) {
        const error = CicdError.from(thrown);
        if (isPublic) return fail(error.message, "Check DNS, proxy and certificate of the edge");
        return warn(error.message, "Start it: cicd-runner serve");
      }
    },
  };
}
