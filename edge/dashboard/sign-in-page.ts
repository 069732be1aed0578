import { html } from "hono/html";
import { layout } from "./layout.ts";
import type { Html, View } from "./view.ts";

/** What the page for signing in needs. */
export interface SignInPage {
  /** Where to go on, as a path. */
  readonly next: string;
  /** Why the last try did not work. */
  readonly trouble?: string;
  /** A page of another site led here, and browsers keep the cookie back then: it is asked again. */
  readonly isForeign: boolean;
}

/** Asks for a token of the API. */
export function signInPage(view: View, { next, trouble, isForeign }: SignInPage): Html {
  return layout(view, {
    title: "Sign in",
    ...(isForeign && { head: html`<meta http-equiv="refresh" content="0">` }),
    content: html`<form class="card sign-in" method="post" action="${view.base}/sign-in">
${trouble === undefined ? "" : html`<p class="bad" role="alert" id="trouble">${trouble}</p>`}
<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required maxlength="512"
 autofocus aria-describedby="hint${trouble === undefined ? "" : " trouble"}">
<input type="hidden" name="next" value="${next}">
<p id="hint" class="quiet">Make one with <code>cicd-runner token --scope read</code>, and put its entry into
<code>edge.api_tokens</code>. With <code>write</code> tasks can be cancelled and questions answered, with
<code>admin</code> dead letters replayed.</p>
<button class="main">Sign in</button>
</form>`,
  });
}
