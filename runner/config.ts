import * as z from "zod";
import { Duration, Size } from "#shared/quantity.ts";
import { RunnerSecret } from "#shared/runner-secret.ts";

const Count = z.int().positive();

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
      state_dir: z
        .string()
        .min(1)
        .default(".cicd-runner")
        .meta({
          env: ["STATE_DIRECTORY"],
          description: "Folder of the store, the checkouts and the conversations",
        }),
      clone_protocols: z
        .array(z.enum(["https", "http", "file"]))
        .min(1)
        .default(["https"])
        .meta({ description: "Protocols that repositories may be fetched by" }),
      max_diff: Size.prefault("1MB").meta({
        description: "Longest diff that is put into a prompt",
      }),
    })
    .prefault({}),
  github_token: z
    .string()
    .min(1)
    .optional()
    .meta({
      env: ["GITHUB_TOKEN"],
      description: "Token that private repositories of github.com are fetched with",
    }),
  async: z
    .strictObject({
      max_sessions: Count.default(10).meta({
        description: "Resident CLI processes, and so tasks at once; each takes 120 to 190 MB",
      }),
      idle_timeout: Duration.prefault("30m").meta({
        description: "How long an unused process stays; its conversation can be resumed for ever",
      }),
      startup_timeout: Duration.prefault("30s").meta({
        description: "How long a CLI process may take to answer after its start",
      }),
      queue_size: Count.default(100).meta({
        description: "Tasks that may wait; more are refused with 503",
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
      timeout: Duration.prefault("5m").meta({
        env: ["TASK_TIMEOUT"],
        description: "Longest time that one turn may take",
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
      api_key: z.string().min(1).optional().meta({ description: "Key of the model's API" }),
      base_url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({
          description: "Where the model's API is; default: Anthropic's own",
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
    })
    .prefault({}),
});
/** {@link RunnerConfig}, read. Durations in milliseconds, sizes in bytes. */
export type RunnerConfig = z.output<typeof RunnerConfig>;
