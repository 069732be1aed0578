import { html } from "hono/html";
import { layout } from "./layout.ts";
import type { Html, View } from "./view.ts";

/** How many tasks are queued again at once, at most: as many as the API takes. */
export const mostReplayed = 500;

/** Asks whether failed tasks are to be queued again; `count` is how many there are, up to the most. */
export function replayPage(view: View, count: number): Html {
  const which = count < mostReplayed ? `All ${count}` : `The latest ${count}`;
  const content =
    count === 0
      ? html`<p class="quiet">No task has failed that was not replayed.</p>`
      : html`<p>${which} failed tasks are queued again, as new ones. Each may ask the model once more, which costs.</p>
<form method="post" action="${view.base}/dead-letters/replay"><input type="hidden" name="limit" value="${count}">
<button class="main">Queue ${count} again</button></form>`;
  return layout(view, {
    title: "Replay all?",
    content: html`<section class="card">${content}<p><a href="${view.base}/dead-letters">Back to the dead letters</a></p></section>`,
  });
}
