import * as z from "zod";
import { Duration } from "#shared/quantity.ts";

/** A webhook of GitHub whose deliveries are asked for. */
export type GitHubSource =
  | { readonly kind: "app" }
  | { readonly kind: "repos" | "orgs"; readonly path: string; readonly hookId?: string };

/** A webhook of GitLab whose deliveries are asked for. */
export interface GitLabSource {
  readonly kind: "projects" | "groups";
  readonly path: string;
  readonly hookId?: string;
}

const Pause = Duration.refine((pause) => pause >= 1000, "must be at least 1s");

const segment = "[A-Za-z0-9_.-]+";
const number = "(?:#(?<id>\\d{1,19}))?";

const GitHubSource = z.string().transform((text, context): GitHubSource => {
  if (text === "app") return { kind: "app" };
  const org = new RegExp(`^org:(?<path>${segment})${number}$`).exec(text)?.groups;
  const repo = new RegExp(`^(?<path>${segment}/${segment})${number}$`).exec(text)?.groups;
  if (org !== undefined) return { kind: "orgs", ...hookOf(org) };
  if (repo !== undefined) return { kind: "repos", ...hookOf(repo) };
  const message =
    "must be app, <owner>/<repository> or org:<name>, the latter two with #<hook id> if need be";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const GitLabSource = z.string().transform((text, context): GitLabSource => {
  const path = `(?<path>${segment}(?:/${segment})*)`;
  const group = new RegExp(`^group:${path}${number}$`).exec(text)?.groups;
  const project = new RegExp(`^${path}${number}$`).exec(text)?.groups;
  if (group !== undefined) return { kind: "groups", ...hookOf(group) };
  if (project !== undefined) return { kind: "projects", ...hookOf(project) };
  const message = "must be <group>/<project> or group:<group>, both with #<hook id> if need be";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The settings of the search for deliveries that were missed. */
export const SweepConfig = z
  .strictObject({
    enabled: z.boolean().default(true).meta({
      description:
        "Whether forges are asked for deliveries that were missed, where hooks are named",
    }),
    github: z.array(GitHubSource).default([]).meta({
      description: "Webhooks of GitHub: app, owner/name or org:name, with #id where it has several",
    }),
    gitlab: z.array(GitLabSource).default([]).meta({
      description: "Webhooks of GitLab: group/project or group:name, with #id where it has several",
    }),
    github_token: z.string().min(1).optional().meta({
      secret: true,
      description: "Token that may read webhooks of GitHub; default: `github_token`",
    }),
    gitlab_token: z.string().min(1).optional().meta({
      secret: true,
      description: "Token that may read webhooks of GitLab; default: `gitlab_token`",
    }),
    interval: Pause.prefault("5m").meta({
      description: "How often they are asked; on Workers the cron trigger says it",
    }),
    window: Duration.prefault("12h").meta({
      description: "How old a delivery may be that is still taken in",
    }),
    limit: z.int().positive().default(100).meta({
      description: "Deliveries of one webhook that are looked into at a time",
    }),
  })
  .prefault({});

function hookOf({ path = "", id }: Readonly<Record<string, string | undefined>>) {
  return { path, ...(id !== undefined && { hookId: id }) };
}
