import * as z from "zod";

/** The forges whose webhooks are understood. */
export const Forge = z.enum(["github", "gitlab", "gitee", "gitea"]);
/** {@link Forge} as a type. */
export type Forge = z.infer<typeof Forge>;

/** A full commit id: SHA-1 (40 hex digits) or SHA-256 (64). */
export const Sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "must be a full commit id");

/** A branch name as a forge reports it. It is shown, never handed to git as an argument. */
const Ref = z.string().min(1).max(512);

/** One path segment of a repository: what GitHub, GitLab, Gitee and Gitea let people choose. */
const slug = "[A-Za-z0-9_.][A-Za-z0-9_.-]*";
const isDots = /(?:^|\/)\.{1,2}(?:\/|$)/;

const Owner = z
  .string()
  .max(512)
  .regex(new RegExp(`^${slug}(?:/${slug})*$`), "must be an owner, groups separated by slashes")
  .refine((owner) => !isDots.test(owner), "must not hold . or .. as a segment");

const RepositoryName = z
  .string()
  .max(256)
  .regex(new RegExp(`^${slug}$`), "must be one path segment")
  .refine((name) => !isDots.test(name), "must not be . or ..");

/** A repository on a forge. */
export const Repository = z.object({
  /** Host name of the forge, with its port where it has one: `github.com`. */
  host: z.string().min(1).max(255),
  /** User, organization or group; groups may be nested: `group/subgroup`. */
  owner: Owner,
  name: RepositoryName,
  /** Where git fetches from, without credentials. */
  clone_url: z.url({ protocol: /^(?:https?|file)$/ }),
  /** Where the forge tells: the base of a pull request whose own is not told. */
  default_branch: Ref.optional(),
});
/** {@link Repository} as a type. */
export type Repository = z.infer<typeof Repository>;

/** One side of a pull request. */
const Side = z.object({ sha: Sha, ref: Ref });

/** What people did to a pull request, in GitHub's words. */
export const PullRequestAction = z.enum([
  "opened",
  "synchronize",
  "reopened",
  "ready_for_review",
  "closed",
  "converted_to_draft",
  "labeled",
  "unlabeled",
  "edited",
  "review_requested",
]);
/** {@link PullRequestAction} as a type. */
export type PullRequestAction = z.infer<typeof PullRequestAction>;

/** What somebody is to a repository, in GitHub's words; other forges do not tell. */
export const Association = z.enum([
  "OWNER",
  "MEMBER",
  "COLLABORATOR",
  "CONTRIBUTOR",
  "FIRST_TIME_CONTRIBUTOR",
  "FIRST_TIMER",
  "MANNEQUIN",
  "NONE",
]);
/** {@link Association} as a type. */
export type Association = z.infer<typeof Association>;

/** A pull request as an event about it tells it. What is optional is absent where it is not told. */
export const PullRequest = z.object({
  number: z.int().positive(),
  url: z.url({ protocol: /^https?$/ }),
  title: z.string().max(4096),
  /** Markdown of the author, `""` when there is none. Untrusted text. */
  body: z.string(),
  /** `""` where the forge does not tell. */
  author: z.string().max(256),
  /** What the author is to the repository. */
  association: Association.optional(),
  draft: z.boolean(),
  state: z.enum(["open", "closed", "merged"]).optional(),
  labels: z.array(z.string().max(256)).max(200).optional(),
  head: Side,
  /** Without `sha` where the forge does not tell: what its branch points to then counts. */
  base: Side.extend({ sha: Sha.optional() }),
  /** The head lies in another repository, or in one that was deleted since. */
  fork: z.boolean(),
  created_at: z.iso.datetime().optional(),
  updated_at: z.iso.datetime().optional(),
});
/** {@link PullRequest} as a type. */
export type PullRequest = z.infer<typeof PullRequest>;

/** Who caused an event. */
export const Sender = z.object({ login: z.string().max(256), bot: z.boolean() });
/** {@link Sender} as a type. */
export type Sender = z.infer<typeof Sender>;

/** The forge-neutral form of a delivery about a pull request. */
export const PullRequestEvent = z.object({
  type: z.literal("pull_request"),
  forge: Forge,
  /** When it reached the edge, or when the forge first tried to deliver it; ISO 8601 in UTC. */
  delivered_at: z.iso.datetime().optional(),
  action: PullRequestAction,
  repository: Repository,
  pull_request: PullRequest,
  sender: Sender,
});
/** {@link PullRequestEvent} as a type. */
export type PullRequestEvent = z.infer<typeof PullRequestEvent>;
