import * as z from "zod";
import { standardWebhookKey } from "./standard-webhook-key.ts";

const Secret = z.string().min(1, "must not be empty");

const GitLabSecret = Secret.refine(
  (secret) => !secret.startsWith("whsec_") || standardWebhookKey(secret) !== undefined,
  "must hold base64 after whsec_",
);

/** `owner=secret` or `owner/name=secret`, parsed; GitLab's groups are owners too. */
const ScopedSecret = z
  .string()
  .regex(
    /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*=./,
    "must be owner=secret, or owner/repository=secret",
  )
  .transform((text) => {
    const at = text.indexOf("=");
    return { scope: text.slice(0, at).toLowerCase(), secret: text.slice(at + 1) };
  })
  .refine(({ secret }) => GitLabSecret.safeParse(secret).success, "must hold base64 after whsec_");
/** A secret that vouches for the repositories of an owner, or for one, alone. */
export type ScopedSecret = z.infer<typeof ScopedSecret>;

const PathSegment = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,128}$/, "must be 16 to 128 letters, digits, - and _");

/** A path that requests are added to; a token goes along, so nobody on the way may read it. */
const ApiUrl = z
  .url({ protocol: /^https?$/, error: "must be an https URL", abort: true })
  .refine(isPrivate, "must be an https URL: only this machine is spoken to by http")
  .transform((url) => url.replace(/\/+$/, ""));

/** The name of a host, with its port where it has one: `git.example.com:8443`. */
export const HostName = z
  .string()
  .regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$/, {
    error: "must be a host name, with its port where it has one",
    abort: true,
  })
  .refine((host) => URL.canParse(`https://${host}`), "must be a host that a URL may have");

/**
 * The settings of each forge: what the edge knows its webhooks by, and where the runner shows its
 * token. Both sides have all of them, because they share one file.
 */
export const forgeSections = {
  github: z
    .strictObject({
      webhook_secret: secrets(Secret, "Secret of the GitHub webhook"),
      secrets: scopedSecrets("GitHub"),
      host: HostName.default("github.com").meta({
        description: "Host that `github_token` is sent to",
      }),
      api_url: ApiUrl.optional().meta({
        description: "Where GitHub's API is; default: by `github.host`",
      }),
      app_id: z
        .string()
        .regex(/^[A-Za-z0-9._-]+$/, "must be the id of a GitHub App")
        .optional()
        .meta({ env: ["APP_ID"], description: "Id of the GitHub App that this is, if it is one" }),
      private_key: z
        .string()
        .includes("-----BEGIN ", "must be a private key in PEM form")
        .optional()
        .meta({ env: ["PRIVATE_KEY"], secret: true, description: "Its private key, in PEM form" }),
    })
    .prefault({}),
  gitlab: z
    .strictObject({
      webhook_secret: secrets(GitLabSecret, "Secret or signing token of the GitLab webhook"),
      secrets: scopedSecrets("GitLab"),
      host: HostName.default("gitlab.com").meta({
        description: "Host that `gitlab_token` is sent to",
      }),
      api_url: ApiUrl.optional().meta({
        description: "Where GitLab's API is; default: by `gitlab.host`",
      }),
    })
    .prefault({}),
  gitee: z
    .strictObject({
      webhook_secret: secrets(Secret, "Password or signing secret of the Gitee webhook"),
      secrets: scopedSecrets("Gitee"),
      path_segment: secrets(PathSegment, "Secret last part of the Gitee webhook's URL"),
      host: HostName.default("gitee.com").meta({
        description: "Host that `gitee_token` is sent to",
      }),
      api_url: ApiUrl.optional().meta({
        description: "Where Gitee's API is; default: by `gitee.host`",
      }),
    })
    .prefault({}),
  gitea: z
    .strictObject({
      webhook_secret: secrets(Secret, "Secret of the Gitea or Forgejo webhook"),
      secrets: scopedSecrets("Gitea or Forgejo"),
      host: HostName.optional().meta({ description: "Host that `gitea_token` is sent to" }),
      api_url: ApiUrl.optional().meta({
        description: "Where the API of Gitea or Forgejo is; default: by `gitea.host`",
      }),
    })
    .prefault({}),
};

/** The token of each forge. */
export const forgeTokens = {
  github_token: token("GitHub"),
  gitlab_token: token("GitLab"),
  gitee_token: token("Gitee"),
  gitea_token: token("Gitea or Forgejo"),
};

function token(forge: string) {
  return Secret.optional().meta({
    secret: true,
    description: `Token that private repositories of ${forge} are fetched with, and results published`,
  });
}

function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname);
}

function scopedSecrets(forge: string) {
  return z
    .array(ScopedSecret)
    .optional()
    .meta({
      secret: true,
      description: `Secrets of ${forge} webhooks of one owner or repository: \`owner=secret\`, \`owner/name=secret\``,
    });
}

function secrets(schema: z.ZodType<string, string>, what: string) {
  const description = `${what}; several while they are rotated`;
  return z.array(schema).optional().meta({ secret: true, description });
}
