import * as z from "zod";
import { Wait } from "#shared/quantity.ts";
import { AllowRule, OfferRule, ToolRule } from "./tool-rule.ts";
import { readingTools } from "./tools.ts";

/** How the CLI is run, and what one task may take. Durations in milliseconds. */
export const ClaudeConfig = z
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
    max_turns: z.int().positive().default(10).meta({
      description: "Requests to the model that one turn may take",
    }),
    max_budget_usd: z.number().positive().default(1).meta({
      description: "US dollars that one task may spend, its repeats included",
    }),
    timeout: Wait.prefault("5m").meta({
      env: ["TASK_TIMEOUT"],
      description: "Longest time that one turn may take",
    }),
    tools: z
      .strictObject({
        allow: z
          .array(AllowRule)
          .default([...readingTools])
          .meta({
            description: "Tools that run unasked; files are read and written in the checkout alone",
          }),
        ask: z.array(OfferRule).default([]).meta({
          description: "Tools that people are asked about by the API, also where `allow` has them",
        }),
        deny: z.array(ToolRule).default([]).meta({
          description: "What may not run even so",
        }),
        forks: z.enum(["read", "same"]).default("read").meta({
          description: "What pull requests from forks get: of `allow` what reads, or the same",
        }),
      })
      .prefault({}),
    permission_timeout: Wait.prefault("60s").meta({
      description: "How long people have to answer whether a tool may run; then it may not",
    }),
    pass_environment: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be names of variables"))
      .default([])
      .meta({
        description: "Further variables that the CLI gets, those of Bedrock for instance",
      }),
  })
  .prefault({});
