import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import packed, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** The one of the npm package is unpacked once, and stays here. */
const cache = new URL("../../node_modules/.cache/chromium/", import.meta.url).pathname;

const libraries = new URL("../../node_modules/@sparticuz/chromium/bin/", import.meta.url).pathname;

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A Chromium without a window, in a new profile: of `CHROMIUM_PATH`, of the system, or of the npm
 * package. Where none starts, the reason why.
 */
export async function openBrowser(): Promise<Browser | string> {
  try {
    const options = { args: flags, timeout: 30_000 };
    const executablePath = await installed();
    if (executablePath !== undefined) return await chromium.launch({ ...options, executablePath });
    const folder = await unpacked();
    // It brings the libraries along that a system without a desktop has not.
    const env = { ...process.env, LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
    return await chromium.launch({ ...options, executablePath: join(folder, "chromium"), env });
  } catch (error) {
    const [line = ""] = String(error).split("\n");
    return `No Chromium starts here, set CHROMIUM_PATH to one: ${line}`;
  }
}

async function installed(): Promise<string | undefined> {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const folders = ["/usr/bin", ...PATH.split(delimiter)];
  for (const name of ["chromium", "google-chrome"]) {
    for (const folder of folders) {
      if (await exists(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/** The folder of the npm package's own; it is unpacked when it is first needed. */
async function unpacked(): Promise<string> {
  const path = join(cache, "unpacked");
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(cache);
  // The package unpacks into the folder of temporary files; renamed, it is there as a whole.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await packed.executablePath();
    await inflate(join(libraries, "al2023.tar.br"));
    await rename(folder, path);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Another test may have been faster.
    if (!(await exists(path))) throw error;
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
