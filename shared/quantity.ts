import * as z from "zod";

const millisecondsPer = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytesPer = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** A duration such as `500ms`, `30s`, `5m`, `24h`, `7d`, parsed to milliseconds. */
export const Duration = quantity(
  millisecondsPer,
  /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/,
  "must be a duration such as 500ms, 30s, 5m, 24h or 7d",
);

/** One that a timer is set to: 2^31 milliseconds are too many for it, and it would be over at once. */
export const Wait = Duration.refine(
  (wait) => wait <= 24 * millisecondsPer.d,
  "must be at most 24d",
);

/** A size such as `512M`, `1GB`, `1GiB` (all powers of 1024, as systemd reads them), in bytes. */
export const Size = quantity(
  bytesPer,
  /^(\d+(?:\.\d+)?)([BKMGT])(?:(?<=[KMGT])i?B)?$/,
  "must be a size such as 512M, 1G or 1GB",
);

/** A part of a whole, 0 to 1. */
export const Share = z.number().min(0).max(1);

function quantity(units: Record<string, number>, form: RegExp, message: string) {
  return z.string(message).transform((text, context) => {
    const [, amount, unit = ""] = form.exec(text) ?? [];
    const value = Math.round(Number(amount) * (units[unit] ?? Number.NaN));
    if (!Number.isSafeInteger(value)) {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return value;
  });
}
