import { createHash } from "node:crypto";

/** The webhook secrets of the edges under test: the current and the former one. */
export const webhookSecrets: readonly [string, string] = ["current-webhook", "former-webhook"];

/** The same for the other forges; those of GitLab prove a token, or sign. */
export const secretsOf = {
  github: webhookSecrets,
  gitlabToken: ["current-gitlab", "former-gitlab"],
  gitlabSigning: [
    "whsec_Y3VycmVudCBnaXRsYWIgc2lnbmluZyBrZXk=",
    "whsec_Zm9ybWVyIGdpdGxhYiBzaWduaW5nIGtleSE=",
  ],
  gitee: ["current-gitee", "former-gitee"],
  gitea: ["current-gitea", "former-gitea"],
} as const;

/** The secret end of the path that Gitee sends to. */
export const giteeSegment = "segment_of-the-tests";

/** What the edges under test and the runner's stand-in know each other by: current and former. */
export const runnerSecrets: readonly [string, string] = [
  "current-runner-secret",
  "former-runner-secret",
];

/** An API token of each scope. */
export const apiTokens = { read: "reader", write: "writer", admin: "administrator" } as const;

/** Largest webhook body that the edges under test take, in bytes. */
export const maxBody = 65_536;

/** The environment of an edge under test: the same for Node and for workerd. */
export function environment(runnerUrl: string): Record<string, string> {
  return {
    GITHUB_WEBHOOK_SECRET: webhookSecrets.join(" "),
    GITLAB_WEBHOOK_SECRET: [...secretsOf.gitlabToken, ...secretsOf.gitlabSigning].join(" "),
    GITEE_WEBHOOK_SECRET: secretsOf.gitee.join(" "),
    GITEE_PATH_SEGMENT: giteeSegment,
    GITEA_WEBHOOK_SECRET: secretsOf.gitea.join(" "),
    RUNNER_SECRET: runnerSecrets.join(" "),
    RUNNER_URL: runnerUrl,
    API_TOKENS: Object.entries(apiTokens)
      .map(([scope, token]) => `${scope}:${createHash("sha256").update(token).digest("hex")}`)
      .join(" "),
    // What a busy machine takes: behind that a delivery is kept, which is another answer.
    EDGE_HAND_OFF_TIMEOUT: "10s",
    EDGE_MAX_BODY: `${maxBody}B`,
    EDGE_LINK_TTL: "1h",
    // On GitHub the tests have to say what the forge says of people.
    RULES_COMMAND_USERS: "gitlab:mona gitee:mona gitea:mona",
    RULES_ANALYZE_FAILURES: "true",
    EDGE_RATE_LIMIT_API: "0",
    EDGE_RATE_LIMIT_UNPROVED: "0",
  };
}
