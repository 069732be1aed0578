import { html } from "hono/html";
import type { CicdError } from "#shared/error.ts";
import { statusOf } from "#shared/problem.ts";
import { layout } from "./layout.ts";
import type { Html, View } from "./view.ts";

/** Tells of an error as the API's problems do: nothing of the inside. */
export function problemPage(view: View, error: CicdError, requestId: string): Html {
  const isInside = statusOf(error.code) === 500;
  const message = isInside ? "An internal error was logged" : error.message;
  const hint = isInside ? undefined : error.hint;
  return layout(view, {
    title: "That did not work",
    content: html`<section class="card">
<p class="bad" role="alert">${message}</p>
${hint === undefined ? "" : html`<p>${hint}.</p>`}
<p class="quiet">Code <code>${isInside ? "internal" : error.code}</code>, request <code>${requestId}</code></p>
<p><a href="${view.base}">To the overview</a></p>
</section>`,
  });
}
