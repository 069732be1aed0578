import * as z from "zod";
import { forgeSections, forgeTokens, HostName } from "#shared/forge-config.ts";
import { Duration, Size } from "#shared/quantity.ts";
import { RunnerSecret } from "#shared/runner-secret.ts";
import { BudgetConfig } from "./budget/config.ts";
import { AllowRule, OfferRule, ToolRule } from "./claude/tool-rule.ts";
import { readingTools } from "./claude/tools.ts";
import { ReviewConfig } from "./review/config.ts";
import { SkillsConfig } from "./skills/config.ts";

const Count = z.int().positive();
const Usd = z.number().positive();
const Share = z.number().min(0).max(1);

/**
 * Settings of the runner host. Each is set by the variable of its path too
 * (`async.max_sessions` by `ASYNC_MAX_SESSIONS`), or by the names in its metadata.
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
  publish: z
    .strictObject({
      enabled: z.boolean().default(true).meta({
        description: "Whether results are put on pull requests, where a forge has a token",
      }),
      fail_on: z.enum(["high", "medium", "low", "never"]).default("never").meta({
        description: "Least severity of a finding that makes the check of a commit fail",
      }),
      name: z.string().min(1).max(100).default("cicd-runner").meta({
        description: "What the check or the status of a commit is called",
      }),
      timeout: Duration.prefault("2m").meta({
        description: "How long one attempt tries to publish before it fails",
      }),
      write_tests: z.boolean().default(false).meta({
        description: "Whether `/test --write` may put proposed tests on a branch of their own",
      }),
    })
    .prefault({}),
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
      silence_timeout: Duration.prefault("60s").meta({
        description: "How long a process may say nothing while neither model nor tool is at work",
      }),
      startup_timeout: Duration.prefault("30s").meta({
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
      graceful_shutdown_timeout: Duration.prefault("10s").meta({
        description: "How long running turns may go on when the runner is stopped",
      }),
      force_kill_timeout: Duration.prefault("5s").meta({
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
  claude: z
    .strictObject({
      cli_path: z
        .string()
        .min(1)
        .default("claude")
        .meta({
          env: ["CLAUDE_CLI_PATH"],
          description: "The Claude Code CLI: a path, or a name on the PATH",
        }),
      model: z.string().min(1).default("sonnet").meta({ description: "Model of all sessions" }),
      max_turns: Count.default(10).meta({
        description: "Requests to the model that one turn may take",
      }),
      max_budget_usd: Usd.default(1).meta({
        description: "US dollars that one task may spend, its repeats included",
      }),
      timeout: Duration.prefault("5m").meta({
        env: ["TASK_TIMEOUT"],
        description: "Longest time that one turn may take",
      }),
      tools: z
        .strictObject({
          allow: z
            .array(AllowRule)
            .default([...readingTools])
            .meta({
              description:
                "Tools that run unasked; files are read and written in the checkout alone",
            }),
          ask: z.array(OfferRule).default([]).meta({
            description:
              "Tools that people are asked about by the API, also where `allow` has them",
          }),
          deny: z.array(ToolRule).default([]).meta({
            description: "What may not run even so",
          }),
          forks: z.enum(["read", "same"]).default("read").meta({
            description: "What pull requests from forks get: of `allow` what reads, or the same",
          }),
        })
        .prefault({}),
      permission_timeout: Duration.prefault("60s").meta({
        description: "How long people have to answer whether a tool may run; then it may not",
      }),
      pass_environment: z
        .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be names of variables"))
        .default([])
        .meta({
          description: "Further variables that the CLI gets, those of Bedrock for instance",
        }),
    })
    .prefault({}),
  anthropic: z
    .strictObject({
      api_key: z
        .string()
        .min(1)
        .optional()
        .meta({ secret: true, description: "Key of the model's API" }),
      base_url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({
          description: "Where the model's API is; default: Anthropic's own",
        }),
      broker: z.boolean().default(true).meta({
        description: "Whether processes reach the API through the runner, and never have the key",
      }),
      first_byte_timeout: Duration.prefault("3m").meta({
        description: "How long the API may take until an answer begins, with the broker",
      }),
      idle_timeout: Duration.prefault("1m").meta({
        description: "How long it may say nothing in the midst of one",
      }),
    })
    .prefault({}),
  review: ReviewConfig,
  skills: SkillsConfig,
  cache: z
    .strictObject({
      enabled: z.boolean().default(true).meta({
        description: "Whether a change that was reviewed before is given the same review again",
      }),
      ttl: Duration.prefault("168h").meta({ description: "How long a review is kept for that" }),
      size: Size.prefault("50MB").meta({
        description: "Room for them in the store; the oldest go first",
      }),
    })
    .prefault({}),
  budget: BudgetConfig,
  fallback: z
    .strictObject({
      enabled: z.boolean().default(true).meta({
        description: "Whether the runner does with less when it is in trouble",
      }),
      auto_downgrade: z.boolean().default(true).meta({
        description: "Whether it does so by itself, by the limits below",
      }),
      degraded_when_memory_above: Size.prefault("1500MB").meta({
        description: "Memory of all CLI processes above which no more are kept",
      }),
      degraded_when_queue_depth_above: Share.default(0.8).meta({
        description: "The same for the share of `async.queue_size` that waits, 0 to 1",
      }),
      degraded_when_error_rate_above: Share.default(0.1).meta({
        description: "The same for the share of the last 20 tasks that failed, 0 to 1",
      }),
      one_shot_when_memory_above: Size.prefault("3GB").meta({
        description: "Memory above which each task gets a process of its own and none is kept",
      }),
      one_shot_when_consecutive_failures: Count.default(5).meta({
        description: "The same for failed tasks in a row",
      }),
    })
    .prefault({}),
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
      health_check_interval: Duration.prefault("30s").meta({
        description: "How often memory and queue are looked at",
      }),
    })
    .prefault({}),
});
/** {@link RunnerConfig}, read. Durations in milliseconds, sizes in bytes. */
export type RunnerConfig = z.output<typeof RunnerConfig>;
