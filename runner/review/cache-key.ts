import { caseless } from "#shared/caseless.ts";
import { sha256Hex } from "#shared/sha256.ts";
import type { Task } from "#shared/task.ts";
import type { CliSettings } from "../session/process-starter.ts";
import type { Skill } from "../skills/skill.ts";
import type { Subject } from "../subject.ts";
import type { Checkout } from "../workspace/checkout.ts";
import type { ToldSkill } from "./how-to.ts";
import { reviewPrompt } from "./prompt.ts";

/** What a review depends on besides its change. */
export type Reviewer = Pick<
  CliSettings,
  "model" | "maxTurns" | "instructions" | "tools" | "confined"
>;

/** A change, and what its review goes by. */
export interface Reviewable {
  readonly subject: Subject;
  readonly checkout: Checkout;
  /** Default nothing but the system prompt. */
  readonly skills?: readonly (ToldSkill & Pick<Skill, "hash">)[] | undefined;
}

/**
 * What a review of a change is known by: repository and commits, and all that a new conversation
 * about it would be told, word by word. So title, description, what the base branch says to
 * reviewers, a wish, the instructions and each setting that changes the prompt are part of it.
 */
export function cacheKey(
  { subject, checkout, skills = [] }: Reviewable,
  { message }: Pick<Task, "message">,
  { confined, ...reviewer }: Reviewer,
): string {
  const { forge, repository, pull_request } = subject;
  const { host, owner, name } = caseless(repository);
  const { model, maxTurns, instructions, tools } = {
    ...reviewer,
    ...(pull_request.fork ? confined : undefined),
  };
  // Not every event tells the tip of the base; what counts of it is the merge base.
  const asked = {
    ...subject,
    pull_request: { ...pull_request, base: { ref: pull_request.base.ref } },
  };
  const prompt = reviewPrompt(asked, checkout, fresh, { wish: message, skills }).replaceAll(
    fenceTags,
    "<$1$2>",
  );
  const parts = [
    ...[format, forge, host, owner, name, checkout.mergeBase, checkout.headSha, checkout.diff],
    ...[prompt, instructions, model, maxTurns, tools ?? null],
    // What a skill allows and may spend is not in the prompt.
    ...skills.map(({ hash }) => hash),
  ];
  return sha256Hex(JSON.stringify(parts));
}

/** Changes with what a kept review looks like. */
const format = 1;
const fresh = { isNew: true, lastReview: undefined, isKnown: false };
/** Each prompt has tags of its own. */
const fenceTags = /<(\/?)([a-z]+)-[0-9a-f]{16}>/g;
