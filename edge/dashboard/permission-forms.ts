import { html } from "hono/html";
import type { OpenPermission } from "#shared/open-permission.ts";
import { duration } from "./format.ts";
import { type Html, may, type View } from "./view.ts";

/** What people are asked, with a form for each answer; nothing where nobody is asked anything. */
export function permissionForms(view: View, permissions: readonly OpenPermission[]): Html {
  if (permissions.length === 0) return html``;
  return html`<section class="card asks" aria-labelledby="asked"><h2 id="asked">Waiting for you</h2>
${permissions.map((permission) => question(view, permission))}</section>`;
}

function question(view: View, permission: OpenPermission): Html {
  const { task_id, request_id, tool, input, expires_at } = permission;
  const left = Math.max(0, Date.parse(expires_at) - view.now);
  const path = `${view.base}/tasks/${task_id}/permissions/${encodeURIComponent(request_id)}`;
  return html`<div class="ask"><p>May <b>${unveiled(tool)}</b> run? <a href="${view.base}/tasks/${task_id}">Task</a>
<span class="quiet">denied in ${duration(left)}</span></p>
<pre tabindex="0" role="region" aria-label="What ${tool} would be given">${unveiled(JSON.stringify(input, null, 2))}</pre>
${
  may(view, "write")
    ? html`<form method="post" action="${path}">
<button class="main" name="behavior" value="allow">Allow<span class="unseen"> ${tool}</span></button>
<button name="behavior" value="deny">Deny<span class="unseen"> ${tool}</span></button></form>`
    : html`<p class="quiet">To answer, sign in with scope write.</p>`
}</div>`;
}

/**
 * A text whose characters can all be seen: some of Unicode's have no width, are blank or turn others
 * around, so that what is read is not what would run.
 */
function unveiled(text: string): string {
  return text.replaceAll(unseen, (found) =>
    Array.from({ length: found.length }, (_, index) => {
      return `\\u${found.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}

/** Line breaks, which lay an input out, stay. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\x7F-\x9F\u2800]/gu;
