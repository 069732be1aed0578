import type { Environment } from "#shared/config.ts";
import { type Broker, startBroker } from "./broker/broker.ts";
import { type Credentials, credentialsOf } from "./broker/credentials.ts";
import { cliEnvironment } from "./claude/environment.ts";
import type { RunnerConfig } from "./config.ts";
import type { CliSettings } from "./session/process-starter.ts";

/** How all CLI processes of a host reach the model's API. Disposal cuts them off. */
export interface Connector extends AsyncDisposable {
  readonly connect: CliSettings["connect"];
  /** Has others sent from now on; undefined where processes have those that they started with. */
  readonly changeCredentials: Broker["changeCredentials"] | undefined;
  /** Why secrets are in the environment of the processes; undefined when none is. */
  readonly warning: string | undefined;
}

/**
 * Opens the way to the model's API: through a broker, so that no process has the credentials; or
 * directly, where that is switched off or they are of a kind that the settings don't know.
 */
export async function openConnector(
  { anthropic, claude }: RunnerConfig,
  {
    stateDir,
    environment: host,
    onError,
  }: { stateDir: string; environment: Environment; onError: (error: unknown) => void },
): Promise<Connector> {
  const common = { host, passOn: claude.pass_environment, stateDir };
  const { base_url, broker: isWanted } = anthropic;
  const credentials = credentialsOf(anthropic);
  if (!isWanted || credentials === undefined) {
    const environment = cliEnvironment({
      ...common,
      apiKey: anthropic.api_key,
      authToken: anthropic.auth_token,
      customHeaders: anthropic.custom_headers && headerLines(anthropic.custom_headers),
      baseUrl: base_url,
    });
    return {
      connect: () => ({ environment, [Symbol.dispose]: () => {} }),
      changeCredentials: undefined,
      warning: warningOf(credentials, claude.pass_environment),
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const broker = await startBroker({
    ...(base_url !== undefined && { upstream: base_url }),
    credentials,
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
        environment: withoutProxy(
          cliEnvironment({ ...common, apiKey: access.token, baseUrl: broker.url }),
        ),
        isModelAtWork: () => access.active > 0,
        idle: () => access.idle(),
        [Symbol.dispose]: () => access[Symbol.dispose](),
      };
    },
    changeCredentials: (changed) => broker.changeCredentials(changed),
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

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function warningOf(
  credentials: Credentials | undefined,
  passedOn: readonly string[],
): string | undefined {
  if (credentials !== undefined) {
    return "anthropic.broker is off: every CLI process has the API's credentials in its environment";
  }
  return passedOn.length === 0
    ? "No ANTHROPIC_API_KEY is set: reviews will fail unless the CLI finds other credentials"
    : `CLI processes have ${passedOn.join(", ")} in their environment; budgets count at the end of turns`;
}
