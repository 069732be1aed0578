import * as z from "zod";
import { Association, type PullRequest } from "#shared/event.ts";

/*
 * What a forge tells besides. A task does without it, so that what can't be read is left out.
 */

/** Any time that a forge writes, as ISO 8601 in UTC. Go writes the year 1 for none. */
export const Time = z
  .string()
  .transform((text) => {
    const time = Date.parse(text);
    return time > 0 ? new Date(time).toISOString() : undefined;
  })
  .optional()
  .catch(undefined);

/** What somebody is to a repository. */
export const Relation = Association.optional().catch(undefined);

/** The names of labels, which GitLab calls titles. */
export const Labels = z
  .array(z.union([z.object({ name: z.string() }), z.object({ title: z.string() })]))
  .transform((labels) =>
    labels.slice(0, 200).map((label) => ("name" in label ? label.name : label.title).slice(0, 256)),
  )
  .optional()
  .catch(undefined);

/** The name of a branch. */
export const Branch = z.string().min(1).max(512).optional().catch(undefined);

/** A URL of a page. */
export const Page = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined);

/** The id of a comment or a discussion, a number or a text. */
export const Id = z
  .union([z.int(), z.string().min(1).max(128)])
  .transform(String)
  .optional()
  .catch(undefined);

/** The number of a pipeline, a workflow run or a job. */
export const RunId = z.int().nonnegative().transform(String).optional().catch(undefined);

/** A line, from 1; not told for a comment on a file, or on lines that are gone. */
export const Line = z.int().positive().optional().catch(undefined);

/** The name of a file. */
export const Path = z.string().min(1).max(4096).optional().catch(undefined);

/** The state of a pull request in the words of any forge. */
export const State = z
  .string()
  .transform((state) => states[state])
  .optional()
  .catch(undefined);

const states: Readonly<Record<string, PullRequest["state"]>> = {
  open: "open",
  opened: "open",
  locked: "open",
  closed: "closed",
  merged: "merged",
};

/** A text as an event can hold it. */
export function cut(text: string, length: number): string {
  return text.slice(0, length);
}
