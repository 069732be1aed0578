import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { GivenIds } from "./given-ids.ts";
import { type Spans, taskSpans } from "./task-spans.ts";

/** What recording traces needs. */
export interface TracingOptions {
  /** `https://collector:4318`; undefined for what the variables of OpenTelemetry say. */
  readonly endpoint: string | undefined;
  /** Share of traces that are recorded, 0 to 1. */
  readonly share: number;
  readonly version: string;
  /** How this host is called. */
  readonly host: string;
  /** Traces could not be sent; they are lost. */
  readonly onError: (error: Error) => void;
}

/** Records traces. Disposal sends what is left. */
export interface Tracing extends AsyncDisposable {
  readonly spans: Spans;
}

/**
 * Begins to record. Sends by OTLP over HTTP, as JSON, from behind the work: a receiver that is slow or
 * gone slows nothing. `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME` and their like are heeded.
 */
export function openTracing({ endpoint, share, version, host, onError }: TracingOptions): Tracing {
  const ids = new GivenIds();
  const own = resourceFromAttributes({
    "service.name": "cicd-runner",
    "service.version": version,
    "service.instance.id": host,
  });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  const exporter = new OTLPTraceExporter({
    ...(endpoint !== undefined && { url: `${endpoint.replace(/\/$/, "")}/v1/traces` }),
    timeoutMillis: patience,
  });
  const provider = new TracerProvider({
    // By the trace's id alone: all that see it decide alike, and no caller decides for us.
    sampler: new TraceIdRatioBasedSampler(share),
    resource: own.merge(detectResources({ detectors })),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporter, onError) })],
  });
  return {
    spans: taskSpans(provider.getTracer("cicd-runner", version), ids),
    [Symbol.asyncDispose]: async () => {
      // A receiver that is gone must not hold up the end of the program.
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patience);
      await Promise.race([provider.shutdown().catch(onError), late]);
      clearTimeout(timer);
    },
  };
}

/** How long sending may take with its repeats, at the end of the program too, in milliseconds. */
const patience = 3000;

/** The library keeps what went wrong to itself. */
function telling(exporter: SpanExporter, onError: (error: Error) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) onError(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
