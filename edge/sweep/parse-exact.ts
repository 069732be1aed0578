/**
 * A JSON value. Whole numbers beyond 2^53 become texts of their digits: GitHub's ids of deliveries
 * are such, and rounded they name another one.
 * @throws SyntaxError when it is no JSON.
 */
export function parseExact(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && isTooLarge(value, context?.source) ? context?.source : value,
  );
}

function isTooLarge(value: number, source: string | undefined): boolean {
  return !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source);
}
