import * as z from "zod";
import { forgeSections, forgeTokens } from "#shared/forge-config.ts";
import { Duration, Size } from "#shared/quantity.ts";
import { RunnerSecret } from "#shared/runner-secret.ts";
import { Scope } from "#shared/scope.ts";
import { Network } from "./client-address.ts";
import { RulesConfig } from "./rules/config.ts";
import { SweepConfig } from "./sweep/config.ts";

/** `<scope>:<SHA-256 of the token in hex>`, parsed: the token itself is never configured. */
const ApiToken = z
  .string()
  .regex(
    /^(?:read|write|admin):[0-9a-f]{64}$/i,
    "must be <scope>:<SHA-256 of the token in hex>, the scope being read, write or admin",
  )
  .transform((text) => {
    const [scope, hash = ""] = text.toLowerCase().split(":");
    return { scope: Scope.parse(scope), hash };
  });
/** A token of the API as the configuration knows it. */
export type ApiToken = z.infer<typeof ApiToken>;

/** What follows looks into the URL, so it stops at a text that is none. */
const HttpUrl = z.url({
  protocol: /^https?$/,
  error: "must be an http or https URL",
  abort: true,
});

const RunnerUrl = HttpUrl.refine(
  isOrigin,
  "must be an origin without path and query: http://127.0.0.1:8788",
);

const PublicUrl = HttpUrl.refine(
  isBase,
  "must be a URL that paths can follow: https://reviews.example.com",
);

const Origin = HttpUrl.refine(
  (text) => new URL(text).origin === text,
  "must be an origin as browsers send it: https://dashboard.example.com",
);

const PerMinute = z.int().min(0).max(1_000_000);

/** The settings of the edge, for `readConfig`. */
export const EdgeConfig = z.strictObject({
  ...forgeSections,
  runner_url: z
    .array(RunnerUrl)
    .min(1, "must hold at least one URL")
    .default(["http://127.0.0.1:8788"])
    .meta({
      env: ["RUNNER_URL"],
      description: "Where the edge reaches the runner; several when they share a store",
    }),
  runner_secret: RunnerSecret,
  rules: RulesConfig.prefault({}),
  edge: z
    .strictObject({
      public_url: PublicUrl.optional().meta({
        description: "Base of the links to tasks; default: the origin of the request",
      }),
      max_body: Size.prefault("25MiB").meta({ description: "Largest webhook body" }),
      link_ttl: Duration.prefault("24h").meta({ description: "How long links to tasks work" }),
      runner_timeout: Duration.prefault("5s").meta({
        description: "How long the edge waits for the runner's answer to begin",
      }),
      hand_off_timeout: Duration.prefault("300ms").meta({
        description: "How long a webhook waits for the runner, before the edge keeps the delivery",
      }),
      state_dir: z
        .string()
        .min(1)
        .default(".cicd-runner")
        .meta({
          env: ["STATE_DIRECTORY"],
          description: "Folder of what the runner could not take yet; not on Workers",
        }),
      outbox_size: Size.prefault("256MiB").meta({
        description: "How much of that is kept; more is refused with 503; not on Workers",
      }),
      api_tokens: z
        .array(ApiToken)
        .default([])
        .meta({
          env: ["API_TOKENS"],
          secret: true,
          description: "Tokens of the API as <scope>:<SHA-256 in hex>",
        }),
      dashboard_ttl: Duration.prefault("12h").meta({
        description: "How long a browser stays signed in to the dashboard",
      }),
      cors_origins: z.array(Origin).default([]).meta({
        description: "Origins whose pages may call the API in a browser; none: only its own",
      }),
      trusted_proxies: z
        .array(Network)
        .default([])
        .meta({ description: "Addresses or networks of proxies that may tell who a client is" }),
      client_address_header: z
        .enum(["x-forwarded-for", "cf-connecting-ip"])
        .default("x-forwarded-for")
        .meta({ description: "Where those tell it" }),
      rate_limit: z
        .strictObject({
          api: PerMinute.default(600).meta({
            description: "Calls of the API that one address has a minute; 0: any number",
          }),
          unproved: PerMinute.default(60).meta({
            description: "Refused webhooks that one address has a minute; 0: any number",
          }),
        })
        .prefault({}),
    })
    .prefault({}),
  github_token: forgeTokens.github_token,
  gitlab_token: forgeTokens.gitlab_token,
  sweep: SweepConfig,
});
/** {@link EdgeConfig} as a type: durations in milliseconds, sizes in bytes. */
export type EdgeConfig = z.infer<typeof EdgeConfig>;

function isOrigin(text: string): boolean {
  return isBase(text) && new URL(text).pathname === "/";
}

function isBase(text: string): boolean {
  const { search, hash, username, password } = new URL(text);
  return `${search}${hash}${username}${password}` === "";
}
