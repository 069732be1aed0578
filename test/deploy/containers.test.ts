import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { validate } from "dockerfile-utils";
import { execa } from "execa";
import { parse } from "yaml";
import * as z from "zod";
import { version } from "#cli/version.ts";
import { tempFolder } from "../temp-folder.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFile(join(root, path), "utf8");
const dockerfile = await read("deploy/docker/Dockerfile");

/** What is copied from the checkout into the image of the program. */
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) (\S+)$/gm)].map(
  ([, sources = "", target = ""]) => ({ sources: sources.split(" "), target }),
);

test("the Dockerfile is one that a builder takes", () => {
  const wrong = validate(dockerfile).map(({ message, range }) => `${range.start.line}: ${message}`);
  assert.deepEqual(wrong, []);
});

test("the Dockerfile copies what the program needs, and its ignore file lets it", async () => {
  const ignored = (await read("deploy/docker/Dockerfile.dockerignore")).split("\n");
  await using folder = await tempFolder();
  for (const { sources, target } of copied) {
    for (const source of sources) {
      assert(ignored.includes(`!${source}`), source);
      const to = join(folder.path, target === "./" ? source : target);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(root, source), to, { recursive: true });
    }
  }
  await symlink(join(root, "node_modules"), join(folder.path, "node_modules"));
  // Read by the program as it runs, where there are any.
  if (existsSync(join(root, "skills"))) assert(existsSync(join(folder.path, "skills")));
  const main = join(folder.path, "bin/cicd-runner.js");
  // What is compiled of these modules goes with them.
  const node = execa({ env: { NODE_COMPILE_CACHE: join(folder.path, "compiled") } });
  const { stdout } = await node(process.execPath, [main, "--version"]);
  assert.equal(stdout, version);
  for (const library of ["runner/trace/open-tracing.ts", "edge/worker.ts"]) {
    await node(process.execPath, ["--import", join(folder.path, library), "--eval", ""]);
  }
});

test("the images have the Node and the CLI that the tests run with", async () => {
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await read("package.json")));
  assert(dockerfile.includes(`NODE_IMAGE=node:${devDependencies.node}-slim`));
  const cli = devDependencies["@anthropic-ai/claude-code"];
  assert(dockerfile.includes(`CLAUDE_CODE_VERSION=${cli}\n`));
  assert.equal(dockerfile.match(/^USER node$/gm)?.length, 2);
});

const Compose = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      build: z
        .object({ context: z.string(), dockerfile: z.string(), target: z.string() })
        .optional(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      networks: z.array(z.string()),
      depends_on: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

test("the compose file names services, volumes, networks and settings that there are", async () => {
  const text = await read("deploy/docker/compose.yaml");
  const { services, networks, volumes } = Compose.parse(parse(text, { merge: true }));
  assert.deepEqual(Object.keys(services), ["edge", "runner", "postgres"]);
  const settings = await read("docs/configuration.md");
  for (const [name, service] of Object.entries(services)) {
    for (const network of service.networks) assert(network in networks, network);
    for (const volume of service.volumes) assert((volume.split(":")[0] ?? "") in volumes, volume);
    for (const other of Object.keys(service.depends_on)) assert(other in services, other);
    if (service.build === undefined) continue;
    const context = join(root, "deploy/docker", service.build.context);
    assert.equal(await readFile(join(context, service.build.dockerfile), "utf8"), dockerfile);
    assert(dockerfile.includes(` AS ${service.build.target}\n`), name);
    assert.equal(service.read_only, true);
    for (const variable of Object.keys(service.environment)) {
      assert(settings.includes(`\`${variable}\``), variable);
    }
  }
});
