import { html } from "hono/html";
import type { CicdError } from "#shared/error.ts";
import type { OutboxHealth } from "#shared/outbox.ts";
import { duration } from "./format.ts";
import { layout } from "./layout.ts";
import { badge } from "./state-badge.ts";
import type { Html, View } from "./view.ts";

/** The first page while no runner answers: what the edge itself knows, and why. */
export function lostRunnerPage(view: View, outbox: OutboxHealth, error: CicdError): Html {
  const { depth, oldest_seconds: oldest, dead } = outbox;
  return layout(view, {
    title: "Overview",
    refresh: 3000,
    content: html`<div id="lost" data-live><section class="card">
<p>The runner is ${badge("unreachable")}: <span class="bad" role="alert">${error.message}</span></p>
<p>Deliveries are taken in all the same: ${depth ?? "an unknown number of them"} wait here to be handed over${
      oldest === null || oldest === 0 ? "" : `, the oldest for ${duration(oldest * 1000)}`
    }, and ${dead} could not be.</p>
${error.hint === undefined ? "" : html`<p>${error.hint}.</p>`}
</section></div>`,
  });
}
