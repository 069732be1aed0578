import { findingsOf } from "../soak/findings.ts";
import type { Sent, Target } from "../soak/sent.ts";
import type { Forge } from "./forge.ts";
import type { Delivery } from "./plan.ts";

/** What pages are held against. */
export interface PageEvidence {
  readonly forge: Forge;
  readonly seed: string;
  readonly target: (one: Delivery) => Target;
}

/** What is wrong with the page of a pull request, whose deliveries are in the order of their tasks. */
export function pageWrongs(sent: readonly Sent<Delivery>[], evidence: PageEvidence): string[] {
  const { forge, target } = evidence;
  const reviews = sent.filter(({ kind }) => kind === "review");
  const last = reviews.at(-1);
  if (last === undefined) return [];
  const { number } = last.step;
  const comments = forge.comments(number);
  const summaries = comments.filter(({ at }) => at === undefined);
  const isShown = reviews.some(({ journal }) => journal.at(-1)?.type === "task.succeeded");
  const heads = new Set(reviews.map(({ step }) => target(step).headSha));
  const wrongs = [
    ...(summaries.length > 1 || (isShown && summaries.length === 0)
      ? [`it has ${summaries.length} summaries`]
      : []),
    ...doubles(comments.flatMap(({ at, body }) => (at === undefined ? [] : [remarkOf(body)]))),
    ...[...heads]
      .filter((sha) => forge.state(sha)?.state === "pending")
      .map((sha) => `its commit ${sha} is in progress`),
    ...endWrongs(last, evidence),
  ];
  return wrongs.map((wrong) => `Page ${number}, last ${last.step.push}: ${wrong}`);
}

/** It shows how its last review ended. */
function endWrongs(last: Sent<Delivery>, { forge, seed, target }: PageEvidence): string[] {
  const end = last.journal.at(-1)?.type;
  const state = forge.state(target(last.step).headSha)?.state;
  if (end === "task.failed") {
    return state === "error" ? [] : [`it failed, and its commit is ${state}`];
  }
  // Given up before it was announced, what stands there is of those before it.
  if (end !== "task.succeeded") return [];
  const { number, push } = last.step;
  const comments = forge.comments(number);
  const [summary] = comments.filter(({ at }) => at === undefined);
  const wanted = findingsOf(seed, push).map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
  const open = comments
    .filter(({ at, isSettled }) => at !== undefined && isSettled !== true)
    .map(({ at, body }) => `${at} ${remarkOf(body)}`);
  const isSame = JSON.stringify(open.toSorted()) === JSON.stringify(wanted.toSorted());
  return [
    ...(state === "success" ? [] : [`its commit is ${state}`]),
    ...(summary?.body.includes(`soak ${push}\n`) ? [] : [`its summary is ${summary?.body}`]),
    ...(isSame ? [] : [`it shows ${open}, found was ${wanted}`]),
  ];
}

/** What a comment says of the code, whatever stands around it. */
function remarkOf(body: string): string {
  return /Nobody uses the \w+ count\./.exec(body)?.[0] ?? body;
}

function doubles(remarks: readonly string[]): string[] {
  return remarks
    .filter((remark, index) => remarks.indexOf(remark) !== index)
    .map((remark) => `it has twice: ${remark}`);
}
