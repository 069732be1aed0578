import * as z from "zod";
import { forgeSections, forgeTokens, HostName } from "#shared/forge-config.ts";
import { Duration, Share, Size, Wait } from "#shared/quantity.ts";
import { RunnerSecret } from "#shared/runner-secret.ts";
import { AnthropicConfig } from "./broker/config.ts";
import { BudgetConfig } from "./budget/config.ts";
import { ClaudeConfig } from "./claude/config.ts";
import { PublishConfig } from "./publish/config.ts";
import { FallbackConfig } from "./resilience/config.ts";
import { CacheConfig, ReviewConfig } from "./review/config.ts";
import { SkillsConfig } from "./skills/config.ts";

const Count = z.int().positive();

/**
 * Settings of the runner host. Each is set by the variable of its path too
 * (`async.max_sessions` by `ASYNC_MAX_SESSIONS`), or by the names in its metadata. What one folder
 * alone is set up by is in a `config.ts` there; here is what concerns the host as a whole.
 */
export const RunnerConfig = z.strictObject({
  runner_secret: RunnerSecret,
  runner: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1").meta({
        description: "Address that the runner listens on; only the edge needs to reach it",
      }),
      port: z.int().min(0).max(65535).default(8788).meta({
        description: "Port of the runner; 0 takes a free one",
      }),
      name: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .meta({ description: "How journals call this host; default: the machine's name" }),
      peer_url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({
          description: "Where the other hosts of a shared store reach this one; default: nowhere",
        }),
      state_dir: z
        .string()
        .min(1)
        .default(".cicd-runner")
        .meta({
          env: ["STATE_DIRECTORY"],
          description: "Folder of the store, the checkouts and the conversations",
        }),
      store: z
        .url({
          protocol: /^postgres(?:ql)?$/,
          error: "must be postgres://<user>:<password>@<host>/<database>",
        })
        .optional()
        .meta({
          env: ["CICD_STORE"],
          secret: true,
          description: "PostgreSQL database that hosts share; default: SQLite in `state_dir`",
        }),
      transcripts_dir: z.string().min(1).optional().meta({
        description:
          "Folder that all hosts of `store` share: each can go on with conversations of the others",
      }),
      retention: z
        .strictObject({
          age: Duration.prefault("720h").meta({
            description: "How long tasks that have ended are kept, with their journals",
          }),
          size: Size.prefault("1GB").meta({
            description: "What journals of ended tasks may take; the oldest are shortened",
          }),
        })
        .prefault({}),
      clone_protocols: z
        .array(z.enum(["https", "http", "file"]))
        .min(1)
        .default(["https"])
        .meta({ description: "Protocols that repositories may be fetched by" }),
      clone_private_hosts: z.array(HostName).default([]).meta({
        description:
          "Hosts with private addresses to fetch from, besides those of the forges; `host:port` for one port",
      }),
      max_checkout: Size.prefault("2GB").meta({
        description: "Largest checkout of one pull request on disk; a larger one is refused",
      }),
      disk_budget: Size.prefault("20GB").meta({
        description:
          "Room for what was fetched and all checkouts; the least recently used are removed first",
      }),
      max_diff: Size.prefault("400KB").meta({
        description: "Longest diff that is put into a prompt; of a longer one the smallest files",
      }),
    })
    .prefault({}),
  ...forgeSections,
  ...forgeTokens,
  publish: PublishConfig,
  async: z
    .strictObject({
      enabled: z.boolean().default(true).meta({
        description: "Whether processes are kept; without, each task gets one of its own",
      }),
      max_sessions: Count.default(10).meta({
        description: "Resident CLI processes, and so tasks at once; each takes 120 to 190 MB",
      }),
      min_idle_sessions: z.int().nonnegative().default(2).meta({
        description: "How many of them wait, started already, for the next new pull request",
      }),
      idle_timeout: Duration.prefault("30m").meta({
        description: "How long an unused process stays; its conversation is resumed when needed",
      }),
      session_ttl: Duration.prefault("24h").meta({
        description: "How long an unused conversation and its checkout are kept on disk",
      }),
      session_memory_limit: Size.prefault("512MB").meta({
        env: ["SESSION_MEMORY_LIMIT"],
        description: "A process that uses more is replaced between two turns",
      }),
      process_memory_max: Size.optional().meta({
        description:
          "Memory at which the kernel ends a process with all below it; needs a delegated cgroup",
      }),
      memory_budget: Size.optional().meta({
        description:
          "Memory of all processes together above which unused ones are ended; default: no limit",
      }),
      silence_timeout: Wait.prefault("60s").meta({
        description: "How long a process may say nothing while neither model nor tool is at work",
      }),
      startup_timeout: Wait.prefault("30s").meta({
        description: "How long a CLI process may take to answer after its start",
      }),
      queue_size: Count.default(100).meta({
        description: "Tasks that may wait; more are refused with 503",
      }),
      max_running_per_repository: z.int().nonnegative().default(0).meta({
        description: "Tasks of one repository that may run at once on all hosts; 0 is any number",
      }),
      max_running_per_forge: z.int().nonnegative().default(0).meta({
        description: "The same for all repositories of one forge",
      }),
      graceful_shutdown_timeout: Wait.prefault("10s").meta({
        description: "How long running turns may go on when the runner is stopped",
      }),
      force_kill_timeout: Wait.prefault("5s").meta({
        description: "How long each step of ending a process may take",
      }),
      retry: z
        .strictObject({
          max_attempts: Count.default(3).meta({ description: "Attempts of a task altogether" }),
          initial_delay: Duration.prefault("1s").meta({ description: "Before the second attempt" }),
          max_delay: Duration.prefault("30s").meta({ description: "Longest wait" }),
          backoff_factor: z.number().min(1).default(2).meta({ description: "Growth of the wait" }),
        })
        .prefault({}),
      circuit_breaker: z
        .strictObject({
          failure_threshold: Count.default(5).meta({
            description: "Failures of the model in a row after which no task is started",
          }),
          success_threshold: Count.default(2).meta({
            description: "Tasks that then have to succeed, one at a time",
          }),
          open_timeout: Duration.prefault("60s").meta({
            description: "How long to wait before one task is tried again",
          }),
        })
        .prefault({}),
    })
    .prefault({}),
  claude: ClaudeConfig,
  anthropic: AnthropicConfig,
  review: ReviewConfig,
  skills: SkillsConfig,
  cache: CacheConfig,
  budget: BudgetConfig,
  fallback: FallbackConfig,
  observability: z
    .strictObject({
      log_level: z
        .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .default("info")
        .meta({ env: ["LOG_LEVEL"], description: "Least level that is logged" }),
      metrics_enabled: z
        .boolean()
        .default(true)
        .meta({ env: ["METRICS_ENABLED"], description: "Whether GET /metrics answers" }),
      tracing_enabled: z.boolean().optional().meta({
        description: "Whether traces are recorded; default: where an OTLP endpoint is set",
      }),
      otlp_endpoint: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({
          env: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
          description: "Where traces are sent: OTLP over HTTP, such as `http://127.0.0.1:4318`",
        }),
      tracing_sampler: Share.default(0.1).meta({
        env: ["OTEL_TRACES_SAMPLER_ARG"],
        description: "Share of traces that are recorded, 1 for all",
      }),
      health_check_interval: Wait.prefault("30s").meta({
        description: "How often memory and queue are looked at",
      }),
    })
    .prefault({}),
});
/** {@link RunnerConfig}, read. Durations in milliseconds, sizes in bytes. */
export type RunnerConfig = z.output<typeof RunnerConfig>;
