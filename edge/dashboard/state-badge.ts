import { html } from "hono/html";
import type { Html } from "./view.ts";

const tones: Readonly<Record<string, string>> = {
  succeeded: "good",
  healthy: "good",
  up: "good",
  answering: "good",
  ready: "good",
  running: "busy",
  busy: "busy",
  starting: "busy",
  queued: "wait",
  draining: "wait",
  degraded: "wait",
  trying: "wait",
  failed: "bad",
  unhealthy: "bad",
  unreachable: "bad",
  unknown: "wait",
  lost: "bad",
  down: "bad",
  dead: "bad",
  critical: "bad",
  high: "bad",
  medium: "wait",
};

/** A state as a word with a colour; the word says it all. */
export function badge(state: string): Html {
  return html`<span class="badge ${tones[state] ?? "calm"}">${state}</span>`;
}
