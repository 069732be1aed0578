#!/usr/bin/env node
import { CicdError } from "#shared/error.ts";
import { exitCodeOf } from "./exit-code.ts";
import { endWithReader } from "./output.ts";
import { createProgram } from "./program.ts";

endWithReader();
try {
  await createProgram().parseAsync();
} catch (thrown) {
  const error = CicdError.from(thrown);
  console.error(`${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`);
  if (error.code === "internal") console.error(error.stack);
  // Whatever still listens must not keep a failed program alive.
  process.exit(exitCodeOf(error.category));
}
