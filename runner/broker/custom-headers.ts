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
    if (key === undefined || value === undefined) {
      context.addIssue({
        code: "custom",
        message: `must be "Name: value", line ${index + 1} is not`,
      });
    } else if (reserved.has(key)) {
      context.addIssue({
        code: "custom",
        message: `must not set ${key}, as line ${index + 1} does`,
      });
    } else if (headers.has(key)) {
      context.addIssue({
        code: "custom",
        message: `must set ${key} once, line ${index + 1} does again`,
      });
    } else {
      headers.set(key, value);
    }
  }
  return Object.fromEntries(headers);
});
