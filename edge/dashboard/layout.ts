import { html } from "hono/html";
import type { Scope } from "#shared/scope.ts";
import { type Html, may, type View } from "./view.ts";

/** What stands on a page. */
export interface Page {
  /** Its title, and heading unless `heading` says otherwise. */
  readonly title: string;
  readonly heading?: Html;
  readonly content: Html | readonly Html[];
  /** How often the script looks for what is new, in milliseconds; never without. */
  readonly refresh?: number;
  /** What stands in the head besides. */
  readonly head?: Html;
}

interface Place {
  readonly name: string;
  readonly path: string;
  readonly scope: Scope;
}

const places: readonly Place[] = [
  { name: "Overview", path: "", scope: "read" },
  { name: "Tasks", path: "/tasks", scope: "read" },
  { name: "Sessions", path: "/sessions", scope: "read" },
  { name: "Usage", path: "/usage", scope: "read" },
  { name: "Dead letters", path: "/dead-letters", scope: "admin" },
];

/** A whole page. The script adds what is new; everything can be read and done without it. */
export function layout(view: View, { title, heading, content, refresh, head }: Page): Html {
  const { base, nonce, scope } = view;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: cicd-runner</title>
<link rel="icon" href="${base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${base}/style.css" nonce="${nonce}">
${scope === undefined ? "" : html`<script type="module" src="${base}/script.js" nonce="${nonce}"></script>`}
${head ?? ""}
</head>
<body${refresh === undefined ? "" : html` data-refresh="${refresh}"`}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="${base}"><span aria-hidden="true" class="mark"></span>cicd-runner</a>
${scope === undefined ? "" : navigation(view, title)}
</header>
<main id="main" tabindex="-1">
<p id="stale" class="bad" role="status" hidden>What is shown is not up to date: there is no answer any more.</p>
<h1>${heading ?? title}</h1>
${content}
</main>
</body>
</html>`;
}

function navigation(view: View, title: string): Html {
  const { base, scope } = view;
  const shown = places.filter((place) => may(view, place.scope));
  return html`<nav aria-label="Pages"><ul>${shown.map(({ name, path }) => {
    const current = name === title ? html` aria-current="page"` : "";
    return html`<li><a href="${base}${path}"${current}>${name}</a></li>`;
  })}</ul></nav>
<form class="who" method="post" action="${base}/sign-out"><span class="quiet">scope ${scope}</span>
<button class="plain">Sign out</button></form>`;
}
