import * as z from "zod";
import {
  Association,
  Forge,
  PullRequest,
  PullRequestEvent,
  Repository,
  Sender,
  Sha,
} from "./event.ts";

/** A pull request as far as an event about something else tells it: its number and page at least. */
export const PullRequestTold = PullRequest.extend({
  head: PullRequest.shape.head.partial({ sha: true }),
})
  .partial()
  .required({ number: true, url: true });
/** {@link PullRequestTold} as a type. */
export type PullRequestTold = z.infer<typeof PullRequestTold>;

const shared = {
  forge: Forge,
  delivered_at: PullRequestEvent.shape.delivered_at,
  repository: Repository,
  pull_request: PullRequestTold,
  sender: Sender,
};

/** What somebody wrote under a pull request, and where an answer to it belongs. */
const Comment = z.object({
  /** The forge's id of it; absent where it has none, as the text of a whole review on Gitea. */
  id: z.string().min(1).max(128).optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  /** Untrusted text, cut after 65,536 characters. */
  body: z.string().max(65_536),
  author: z.string().max(256),
  /** What the author is to the repository. */
  association: Association.optional(),
  /**
   * What an answer is put under: on GitHub the comment that began the thread, on GitLab the id of
   * the discussion. Absent where comments stand alone.
   */
  thread: z.string().min(1).max(128).optional(),
  /** The file that it is about, for a comment on the diff. */
  path: z.string().min(1).max(4096).optional(),
  /** Its line in the new version of the file, in the old one for `LEFT`. */
  line: z.int().positive().optional(),
  side: z.enum(["LEFT", "RIGHT"]).optional(),
});
/**
 * Whether whoever gives a command is known to be allowed to. What is `unverified` does nothing until
 * the runner has asked the forge.
 */
export const Authorization = z.enum(["verified", "unverified"]);
/** {@link Authorization} as a type. */
export type Authorization = z.infer<typeof Authorization>;

/** Somebody wrote or changed a comment under a pull request. */
export const CommentEvent = z.object({
  ...shared,
  type: z.literal("comment"),
  action: z.enum(["created", "edited"]),
  comment: Comment,
  /** Set by the rules of the edge, never by a forge. */
  authorization: Authorization.optional(),
});
/** {@link CommentEvent} as a type. */
export type CommentEvent = z.infer<typeof CommentEvent>;

/** Somebody asked on the forge's page that a check runs again. */
export const CheckEvent = z.object({
  ...shared,
  type: z.literal("check"),
  action: z.literal("rerequested"),
  check: z.object({ name: z.string().max(256).optional(), head_sha: Sha }),
});
/** {@link CheckEvent} as a type. */
export type CheckEvent = z.infer<typeof CheckEvent>;

/** It becomes a part of a path. */
const Id = z.string().regex(/^[0-9]{1,20}$/);

/** A pipeline or a workflow that ran for a pull request has failed. All its texts are untrusted. */
export const PipelineEvent = z.object({
  ...shared,
  type: z.literal("pipeline"),
  action: z.literal("failed"),
  pipeline: z.object({
    name: z.string().max(256),
    url: z.url({ protocol: /^https?$/ }).optional(),
    head_sha: Sha,
    /** What the forge knows it by, where its logs are asked for by that. */
    run_id: Id.optional(),
    /** The jobs that failed, where the forge tells. */
    jobs: z
      .array(
        z.object({
          /** What the forge knows it by. */
          id: Id.optional(),
          name: z.string().max(256),
          stage: z.string().max(256).optional(),
          reason: z.string().max(256).optional(),
        }),
      )
      .max(50)
      .optional(),
  }),
});
/** {@link PipelineEvent} as a type. */
export type PipelineEvent = z.infer<typeof PipelineEvent>;

/** What a task can be about: each belongs to one pull request. */
export const TaskEvent = z.discriminatedUnion("type", [
  PullRequestEvent,
  CommentEvent,
  CheckEvent,
  PipelineEvent,
]);
/** {@link TaskEvent} as a type. */
export type TaskEvent = z.infer<typeof TaskEvent>;

/** Commits were pushed to a branch. It belongs to no pull request, and makes no task. */
export const PushEvent = z.object({
  type: z.literal("push"),
  forge: Forge,
  repository: Repository,
  /** The whole name: `refs/heads/main`. */
  ref: z.string().min(1).max(1024),
  /** What it points to now; absent when it was deleted. */
  after: Sha.optional(),
  sender: Sender,
});
/** {@link PushEvent} as a type. */
export type PushEvent = z.infer<typeof PushEvent>;

/** Everything that a delivery can tell. */
export type ForgeEvent = TaskEvent | PushEvent;
