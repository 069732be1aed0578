import assert from "node:assert/strict";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { tempFolder } from "../temp-folder.ts";

const root = new URL("../../", import.meta.url).pathname;
const text = await readFile(join(root, "deploy/kubernetes/cicd-runner.yaml"), "utf8");
const documents = parseAllDocuments(text);

const Labels = z.record(z.string(), z.string());
const Port = z.object({ name: z.string(), containerPort: z.int() });
const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(Port),
  env: z.array(z.looseObject({ name: z.string() })),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })),
  volumeMounts: z.array(z.object({ name: z.string() })),
});
const Named = z.array(z.looseObject({ name: z.string() })).default([]);
const Resource = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
const Workload = z.looseObject({
  spec: z.looseObject({
    selector: z.object({ matchLabels: Labels }),
    template: z.looseObject({
      metadata: z.object({ labels: Labels }),
      spec: z.looseObject({ containers: z.array(Container), volumes: Named }),
    }),
    volumeClaimTemplates: z
      .array(z.looseObject({ metadata: z.object({ name: z.string() }) }))
      .default([]),
  }),
});
const Service = z.looseObject({ spec: z.looseObject({ selector: Labels }) });

const resources = documents.map((document) => Resource.parse(document.toJS()));
const ofKind = (...kinds: string[]) => resources.filter(({ kind }) => kinds.includes(kind));

test("the manifest is YAML whose every field Kubernetes knows", async () => {
  for (const { errors, warnings } of documents) assert.deepEqual([...errors, ...warnings], []);
  await using folder = await tempFolder();
  await symlink(join(root, "node_modules"), join(folder.path, "node_modules"));
  // Literals of a type may have no field that the type does not have.
  const lines = resources.map((resource, index) => {
    const { apiVersion, kind } = resource;
    const type = `import("kubernetes-models/${apiVersion}/${kind}").I${kind}`;
    return `export const resource${index}: ${type} = ${JSON.stringify(resource)};`;
  });
  const file = join(folder.path, "manifest.ts");
  await writeFile(file, lines.join("\n"));
  const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--types", ""];
  const tsc = join(root, "node_modules/.bin/tsc");
  const { exitCode, stdout } = await execa(tsc, [...options, file], {
    cwd: folder.path,
    reject: false,
  });
  assert.equal(exitCode, 0, stdout);
});

test("what the manifest names is in it: labels, volumes, ports, the image's folder", async () => {
  const dockerfile = await readFile(join(root, "deploy/docker/Dockerfile"), "utf8");
  const settings = await readFile(join(root, "docs/configuration.md"), "utf8");
  const guide = await readFile(join(root, "docs/deploy.md"), "utf8");
  const labels = new Set<string>();
  for (const workload of ofKind("StatefulSet", "Deployment")) {
    const { spec } = Workload.parse(workload);
    const { metadata, spec: pod } = spec.template;
    assert.deepEqual(metadata.labels, spec.selector.matchLabels);
    labels.add(JSON.stringify(metadata.labels));
    const claims = spec.volumeClaimTemplates.map((claim) => claim.metadata.name);
    const volumes = [...pod.volumes.map(({ name }) => name), ...claims];
    for (const { name, env, envFrom, ports, volumeMounts } of pod.containers) {
      assert(dockerfile.includes(` AS ${name}\n`), name);
      for (const mount of volumeMounts) assert(volumes.includes(mount.name), mount.name);
      for (const { containerPort } of ports) assert(dockerfile.includes(`EXPOSE ${containerPort}`));
      for (const variable of env) assert(settings.includes(`\`${variable.name}\``), variable.name);
      for (const { secretRef } of envFrom) {
        assert(guide.includes(`create secret generic ${secretRef.name} `), secretRef.name);
      }
    }
  }
  for (const service of ofKind("Service")) {
    assert(labels.has(JSON.stringify(Service.parse(service).spec.selector)), service.metadata.name);
  }
  for (const { kind, metadata } of resources) {
    if (kind !== "Namespace") assert.equal(metadata.namespace, "cicd-runner");
  }
});
