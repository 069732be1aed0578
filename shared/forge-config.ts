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
      host: HostName.default("github.com").meta({
        description: "Host that `github_token` is sent to",
      }),
    })
    .prefault({}),
  gitlab: z
    .strictObject({
      webhook_secret: secrets(GitLabSecret, "Secret or signing token of the GitLab webhook"),
      host: HostName.default("gitlab.com").meta({
        description: "Host that `gitlab_token` is sent to",
      }),
    })
    .prefault({}),
  gitee: z
    .strictObject({
      webhook_secret: secrets(Secret, "Password or signing secret of the Gitee webhook"),
      path_segment: secrets(PathSegment, "Secret last part of the Gitee webhook's URL"),
      host: HostName.default("gitee.com").meta({
        description: "Host that `gitee_token` is sent to",
      }),
    })
    .prefault({}),
  gitea: z
    .strictObject({
      webhook_secret: secrets(Secret, "Secret of the Gitea or Forgejo webhook"),
      host: HostName.optional().meta({ description: "Host that `gitea_token` is sent to" }),
    })
    .prefault({}),
};

function secrets(schema: z.ZodType<string, string>, what: string) {
  const description = `${what}; several while they are rotated`;
  return z.array(schema).optional().meta({ description });
}
