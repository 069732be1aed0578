import type { Environment } from "#shared/config.ts";
import { startBroker } from "./broker/broker.ts";
import { cliEnvironment } from "./claude/environment.ts";
import type { RunnerConfig } from "./config.ts";
import type { CliSettings } from "./session/process-starter.ts";

/** How all CLI processes of a host reach the model's API. Disposal cuts them off. */
export interface Connector extends AsyncDisposable {
  readonly connect: CliSettings["connect"];
  /**
   * Has another key sent from now on; undefined where processes have the one that they were started
   * with.
   */
  readonly changeKey: ((apiKey: string) => void) | undefined;
  /** Why secrets are in the environment of the processes; undefined when none is. */
  readonly warning: string | undefined;
}

/**
 * Opens the way to the model's API: through a broker, so that no process has the key; or directly,
 * where that is switched off or there is no key but credentials of another kind.
 */
export async function openConnector(
  { anthropic, claude }: RunnerConfig,
  {
    stateDir,
    environment: host,
    onError,
  }: { stateDir: string; environment: Environment; onError: (error: unknown) => void },
): Promise<Connector> {
  const environmentWith = (apiKey: string | undefined, baseUrl: string | undefined) =>
    cliEnvironment({ host, passOn: claude.pass_environment, stateDir, apiKey, baseUrl });
  const { api_key, base_url, broker: isWanted } = anthropic;
  if (!isWanted || api_key === undefined) {
    const environment = environmentWith(api_key, base_url);
    return {
      connect: () => ({ environment, [Symbol.dispose]: () => {} }),
      changeKey: undefined,
      warning: warningOf(api_key, claude.pass_environment),
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const broker = await startBroker({
    ...(base_url !== undefined && { upstream: base_url }),
    apiKey: api_key,
    firstByteTimeout: anthropic.first_byte_timeout,
    idleTimeout: anthropic.idle_timeout,
    onError,
  });
  return {
    connect: (meter) => {
      const access = broker.admit({
        refuse: () => meter()?.refuse(),
        onUsage: ({ model, ...tokens }) => meter()?.spend(model, tokens),
      });
      return {
        environment: withoutProxy(environmentWith(access.token, broker.url)),
        isModelAtWork: () => access.active > 0,
        idle: () => access.idle(),
        [Symbol.dispose]: () => access[Symbol.dispose](),
      };
    },
    changeKey: (apiKey) => broker.changeKey(apiKey),
    warning: undefined,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** The broker is on this machine: no proxy leads to it. */
function withoutProxy(environment: Record<string, string>): Record<string, string> {
  const { NO_PROXY, no_proxy } = environment;
  const exceptions = [NO_PROXY ?? no_proxy, "127.0.0.1"].filter(Boolean).join(",");
  return { ...environment, NO_PROXY: exceptions, no_proxy: exceptions };
}

function warningOf(apiKey: string | undefined, passedOn: readonly string[]): string | undefined {
  if (apiKey !== undefined) {
    return "anthropic.broker is off: every CLI process has the API key in its environment";
  }
  return passedOn.length === 0
    ? "No ANTHROPIC_API_KEY is set: reviews will fail unless the CLI finds other credentials"
    : `CLI processes have ${passedOn.join(", ")} in their environment; budgets count at the end of turns`;
}
