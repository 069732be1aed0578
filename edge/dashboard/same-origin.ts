import { CicdError } from "#shared/error.ts";

/**
 * Lets a form in that a page of this dashboard has sent. Browsers say so by `Sec-Fetch-Site`; over
 * plain HTTP they say `Origin` alone. `publicUrl` is where people reach the edge.
 * @throws CicdError `forbidden` for any other, one that says nothing included.
 */
export function requireSameOrigin(
  { headers, url }: Pick<Request, "headers" | "url">,
  publicUrl: string | undefined,
): void {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const own = [url, publicUrl].flatMap((known) =>
    known === undefined ? [] : [new URL(known).origin],
  );
  const isOwn = site === null ? own.some((known) => known === origin) : site === "same-origin";
  if (isOwn) return;
  throw new CicdError("forbidden", "Cannot take form: it comes from another site", {
    hint: "Use the buttons of the dashboard; behind a proxy set edge.public_url",
  });
}
