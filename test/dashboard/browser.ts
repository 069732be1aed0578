import { access, mkdir, mkdtemp, rename } from "node:fs/promises";
import { delimiter, join } from "node:path";
import packed from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** The one of the npm package is unpacked once, and stays here. */
const cache = new URL("../../node_modules/.cache/chromium/", import.meta.url).pathname;

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
    const executablePath = (await installed()) ?? (await unpacked());
    return await chromium.launch({ executablePath, args: flags, timeout: 30_000 });
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

async function unpacked(): Promise<string> {
  const path = join(cache, "unpacked", "chromium");
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  // The package unpacks into the folder of temporary files; renamed, it is there as a whole.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = await mkdtemp(cache);
  try {
    await packed.executablePath();
    await rename(process.env.TMPDIR, join(cache, "unpacked"));
    return path;
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
