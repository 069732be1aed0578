import type { Identity } from "./identity.ts";

/** What the first line of a comment of ours says about it; nobody sees it on the page. */
export type Marker =
  | { readonly kind: "summary"; readonly taskId: string }
  | { readonly kind: "answer"; readonly taskId: string }
  | {
      readonly kind: "finding";
      readonly taskId: string;
      readonly identity: Identity;
      readonly isSettled: boolean;
      /** It was about to become the other: its thread may be so already. */
      readonly isChanging?: boolean;
    };

/** A comment with its marker above it. */
export function withMarker(marker: Marker, text: string): string {
  const { kind, taskId } = marker;
  if (marker.kind !== "finding") return `<!-- cicd-runner:${kind} ${taskId} -->\n${text}`;
  const { identity, isSettled, isChanging = false } = marker;
  const state = `${isSettled ? "settled" : "open"}${isChanging ? " changing" : ""}`;
  return `<!-- cicd-runner:finding ${taskId} ${identity.code} ${identity.words} ${state} -->\n${text}`;
}

const form =
  /^<!-- cicd-runner:(summary|answer|finding) ([0-9a-f-]{36})(?: ([0-9a-f]{16}) ([0-9a-f]{16}) (open|settled)( changing)?)? -->\r?\n?/;

/**
 * The marker of a comment and the text below it; undefined for a comment without one. Nothing that
 * stands further down counts: a model could have written it.
 */
export function readMarker(body: string): { marker: Marker; text: string } | undefined {
  const [line = "", kind, taskId = "", code, words, state, changing] = form.exec(body) ?? [];
  const text = body.slice(line.length);
  if (kind === "summary" || kind === "answer") return { marker: { kind, taskId }, text };
  if (kind === undefined || code === undefined || words === undefined) return undefined;
  const isSettled = state === "settled";
  const isChanging = changing !== undefined;
  const identity = { code, words };
  return {
    marker: { kind: "finding", taskId, identity, isSettled, ...(isChanging && { isChanging }) },
    text,
  };
}
