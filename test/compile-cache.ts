import { fileURLToPath } from "node:url";

/**
 * For programs that a test starts with an environment of its own: with it they take what Node compiled
 * of their modules before, which is half of what a start costs.
 */
export const compileCache = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url)),
};

/** The same as a line of a shell's program, for executables whose environment the product makes. */
export const exportCompileCache = `export NODE_COMPILE_CACHE='${compileCache.NODE_COMPILE_CACHE}'`;
