import * as z from "zod";
import type { RateLimit } from "./rate-limit.ts";

/** What Cloudflare calls a rate limiting binding. */
interface Binding {
  limit(of: { key: string }): Promise<{ success: boolean }>;
}

/** The longest period that such a binding can have, in seconds; it does not tell its own. */
const period = 60;

const Binding = z.custom<Binding>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "limit" in value &&
    typeof value.limit === "function",
);

/** The limit of a Worker's binding, which all its isolates in a place share; undefined for none. */
export function platformRateLimit(value: unknown): RateLimit | undefined {
  const { data: binding } = Binding.safeParse(value);
  if (binding === undefined) return undefined;
  return {
    take: async (client) => ((await binding.limit({ key: client })).success ? 0 : period),
  };
}
