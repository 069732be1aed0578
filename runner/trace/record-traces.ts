import { hostname } from "node:os";
import type { Environment } from "#shared/config.ts";
import type { RunnerConfig } from "../config.ts";
import type { Tracing, TracingOptions } from "./open-tracing.ts";

/** What is not in the configuration. */
export interface RecordOptions extends Pick<TracingOptions, "version" | "onError"> {
  readonly environment: Environment;
}

/** Records traces where they are wanted; elsewhere the library for them is not even loaded. */
export async function recordTraces(
  { observability, runner }: RunnerConfig,
  { environment, ...options }: RecordOptions,
): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: elsewhere, OTEL_SDK_DISABLED } = environment;
  const { otlp_endpoint: endpoint, tracing_enabled, tracing_sampler: share } = observability;
  const isWanted = tracing_enabled ?? (endpoint !== undefined || Boolean(elsewhere));
  if (!isWanted || OTEL_SDK_DISABLED === "true") return undefined;
  const { openTracing } = await import("./open-tracing.ts");
  return openTracing({
    ...options,
    // The variable of traces alone goes first, as it does everywhere.
    endpoint: elsewhere ? undefined : endpoint,
    share,
    host: runner.name ?? hostname(),
  });
}
