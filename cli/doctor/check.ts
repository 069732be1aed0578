import { CicdError } from "#shared/error.ts";

/** What a check has found. */
export interface Finding {
  /** `warn`: it works, and somebody should look; `fail`: it does not. */
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** Something that is looked at; its signal ends a look that takes too long. */
export interface Check {
  readonly name: string;
  run(signal: AbortSignal): Promise<Finding>;
}

/** How long one check may take, in milliseconds. */
const patience = 20_000;

/** Runs checks beside each other; what one throws is its finding. */
export async function runChecks(
  checks: readonly Check[],
): Promise<readonly (Finding & { readonly name: string })[]> {
  return await Promise.all(
    checks.map(async ({ name, run }) => {
      const signal = AbortSignal.timeout(patience);
      const finding = await run(signal).catch((thrown): Finding => {
        if (signal.aborted) return fail(`No answer within ${patience / 1000} s`);
        const error = CicdError.from(thrown);
        return fail(error.message, error.hint);
      });
      return { name, ...finding };
    }),
  );
}

/** All is well. */
export function ok(message: string): Finding {
  return { status: "ok", message };
}

/** It works, and somebody should look. */
export function warn(message: string, fix?: string): Finding {
  return { status: "warn", message, fix };
}

/** It does not work. */
export function fail(message: string, fix?: string): Finding {
  return { status: "fail", message, fix };
}
