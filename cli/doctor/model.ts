import { credentialsOf } from "#runner/broker/credentials.ts";
import type { RunnerConfig } from "#runner/config.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** Whether the model's API takes the key: it is asked for the list of its models, which is free. */
export function modelCheck({ anthropic, claude }: RunnerConfig): Check {
  return {
    name: "Model API",
    run: async (signal) => {
      const { base_url: base = "https://api.anthropic.com" } = anthropic;
      const credentials = credentialsOf(anthropic);
      if (credentials === undefined && claude.pass_environment.length > 0) {
        const names = claude.pass_environment.join(", ");
        return warn(`No key; the CLI has ${names}, which was not tried`);
      }
      if (credentials === undefined) return fail("No key is set", "Set ANTHROPIC_API_KEY");
      const url = `${base.replace(/\/+$/, "")}/v1/models?limit=1`;
      const headers = { ...credentials, "anthropic-version": "2023-06-01" };
      const answer = await fetch(url, { headers, signal, redirect: "manual" }).catch(
        () => undefined,
      );
      if (answer === undefined) {
        return fail(`Cannot reach ${base}`, "Check ANTHROPIC_BASE_URL, the network and the proxy");
      }
      await answer.body?.cancel();
      if (answer.ok) return ok(`${base} takes the key`);
      if (answer.status === 401 || answer.status === 403) {
        return fail(`${base} refuses the key: ${answer.status}`, "Check ANTHROPIC_API_KEY");
      }
      if (answer.status === 404) {
        return warn(`${base} lists no models, so the key was not tried`);
      }
      return warn(`${base} answers ${answer.status}`, "Try again; see the status page of the API");
    },
  };
}
