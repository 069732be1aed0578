import * as z from "zod";
import { standardWebhookKey } from "./standard-webhook-key.ts";

const Secret = z.string().min(1, "must not be empty");

const GitLabSecret = Secret.refine(
  (secret) => !secret.startsWith("whsec_") || standardWebhookKey(secret) !== undefined,
  "must hold base64 after whsec_",
);

const PathSegment = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,128}$/, "must be 16 to 128 letters, digits, - and _");

const Host = z
  .string()
  .regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$/, {
    error: "must be a host name, with its port where it has one",
    abort: true,
  })
  .refine((host) => URL.canParse(`https://${host}`), "must be a host that a URL may have");

/** A token goes there: in the clear over loopback at most. */
const ApiUrl = z.url({ protocol: /^https?$/ }).refine((url) => {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(hostname);
}, "must be https, or on this machine");

/**
 * The settings of each forge: what the edge knows its webhooks by, and where the runner shows its
 * token. Both sides have all of them, because they share one file.
 */
export const forgeSections = {
  github: z
    .strictObject({
      webhook_secret: secrets(Secret, "Secret of the GitHub webhook"),
      host: Host.default("github.com").meta({ description: "Host that `github_token` is sent to" }),
      api_url: apiUrl(
        "Where GitHub's API is; default: https://api.github.com, or /api/v3 of `github.host`",
      ),
    })
    .prefault({}),
  gitlab: z
    .strictObject({
      webhook_secret: secrets(GitLabSecret, "Secret or signing token of the GitLab webhook"),
      host: Host.default("gitlab.com").meta({ description: "Host that `gitlab_token` is sent to" }),
      api_url: apiUrl("Where GitLab's API is; default: /api/v4 of `gitlab.host`"),
    })
    .prefault({}),
  gitee: z
    .strictObject({
      webhook_secret: secrets(Secret, "Password or signing secret of the Gitee webhook"),
      path_segment: secrets(PathSegment, "Secret last part of the Gitee webhook's URL"),
      host: Host.default("gitee.com").meta({ description: "Host that `gitee_token` is sent to" }),
      api_url: apiUrl("Where Gitee's API is; default: /api/v5 of `gitee.host`"),
    })
    .prefault({}),
  gitea: z
    .strictObject({
      webhook_secret: secrets(Secret, "Secret of the Gitea or Forgejo webhook"),
      host: Host.optional().meta({ description: "Host that `gitea_token` is sent to" }),
      api_url: apiUrl("Where the API of Gitea or Forgejo is; default: /api/v1 of `gitea.host`"),
    })
    .prefault({}),
};

function apiUrl(description: string) {
  return ApiUrl.optional().meta({ description });
}

function secrets(schema: z.ZodType<string, string>, what: string) {
  const description = `${what}; several while they are rotated`;
  return z.array(schema).optional().meta({ description });
}
