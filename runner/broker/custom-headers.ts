import * as z from "zod";

/** What the connection sets, what the meter needs, and what has a setting of its own. */
const reserved: ReadonlySet<string> = new Set([
  ...["host", "connection", "content-length", "transfer-encoding", "accept-encoding"],
  ...["keep-alive", "upgrade", "expect", "te", "trailer", "x-api-key", "authorization"],
]);

/**
 * Headers as the CLI's own `ANTHROPIC_CUSTOM_HEADERS` has them, a `Name: value` on each line; parsed
 * to values by their names in small letters.
 */
export const CustomHeaders = z.string().transform((text, context) => {
  const headers = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    // RFC 9110, section 5: a name is a token, a value visible characters with blanks between them.
    const [, name, value] =
      /^\s*([\w!#$%&'*+.^`|~-]+):\s*([!-~](?:[ -~]*[!-~])?)\s*$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    const place = `line ${index + 1}`;
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    if (key === undefined || value === undefined) refuse(`must be "Name: value", ${place} is not`);
    else if (reserved.has(key)) refuse(`must not set ${key}, as ${place} does`);
    else if (headers.has(key)) refuse(`must set ${key} once, ${place} does again`);
    else headers.set(key, value);
  }
  return Object.fromEntries(headers);
});
