import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { openApiDocument } from "./openapi.ts";

type Document = ReturnType<typeof openApiDocument>;
type PathItem = NonNullable<Document["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
/** What the template makes: text in it is escaped, other parts of pages are not. */
type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * An OpenAPI document as a page without scripts. `nonce` lets its style in where a content security
 * policy keeps all else out.
 */
export function docsPage({ info, paths = {}, components }: Document, nonce: string): Html {
  const operations = Object.entries(paths).flatMap(([path, item]) => operationsOf(path, item));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title}: API</title>
<style nonce="${nonce}">
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #ddd } a { color: #8bf } }
section { border-top: 1px solid #8886; padding: 1rem 0 }
h2 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 0 }
pre { overflow-x: auto; font-size: 0.85rem }
</style>
</head>
<body>
<h1>${info.title}: API</h1>
<p>${info.description} <a href="openapi.json">openapi.json</a></p>
${operations}
<section>
<h2>Schemas</h2>
${Object.entries(components?.schemas ?? {}).map(([name, schema]) => folded(name, schema))}
</section>
</body>
</html>`;
}

function operationsOf(path: string, { get, post, delete: remove }: PathItem): Html[] {
  return [
    ...section("GET", path, get),
    ...section("POST", path, post),
    ...section("DELETE", path, remove),
  ];
}

function section(method: string, path: string, operation: Operation | undefined): Html[] {
  if (operation === undefined) return [];
  const { operationId, summary, description, security = [], parameters } = operation;
  const keys = security.map((entry) =>
    Object.entries(entry)
      .map(([name, scopes]) => [name, ...scopes].join(" "))
      .join(" and "),
  );
  return [
    html`<section id="${operationId}">
<h2>${method} ${path}</h2>
<p>${summary}${keys.length > 0 ? ` (${keys.join(", or ")})` : ""}.</p>
${description === undefined ? "" : html`<p>${description}</p>`}
${parameters === undefined ? "" : folded("Parameters", parameters)}
${operation.requestBody === undefined ? "" : folded("Body", operation.requestBody)}
${Object.entries(operation.responses ?? {}).map(([status, answer]) => folded(status, answer))}
</section>`,
  ];
}

function folded(title: string, content: unknown): Html {
  const text = JSON.stringify(content, null, 2);
  return html`<details><summary>${title}</summary><pre>${text}</pre></details>`;
}
