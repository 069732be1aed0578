import assert from "node:assert/strict";
import { CicdError, type ErrorCode } from "#shared/error.ts";

/** Checks that a promise rejects with this code and message; resolves to the error. */
export async function assertFails(
  promise: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<CicdError> {
  const error = await promise.then(
    () => assert.fail(`Expected ${code}, but it succeeded`),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof CicdError, String(error));
  assert.match(error.message, message);
  assert.equal(error.code, code, error.message);
  return error;
}
