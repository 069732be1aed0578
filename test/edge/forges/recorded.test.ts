import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { HandOff } from "#shared/api.ts";
import type { Delivery } from "../delivery.ts";
import { giteeSegment } from "../settings.ts";
import { startEdge } from "../start-edge.ts";
import { type Changed, giteaSigned, giteeSigned, gitlabByToken } from "./deliveries.ts";

/** Payloads that others recorded. They are not part of this repository. */
const folder = fileURLToPath(new URL("../../../../shared/fixtures", import.meta.url));
const skip = existsSync(folder) ? false : `No recorded payloads: ${folder} is not there`;

const Payload = z.looseObject({
  object_kind: z.string().optional(),
  event_name: z.string().optional(),
  hook_name: z.string().optional(),
});

/** What is known of the recorded payloads of one forge. */
interface Recorded {
  readonly path: string;
  readonly deliver: (payload: unknown, changed?: Changed) => Delivery;
  /** The event's name in the forge's header, which was not recorded. */
  readonly eventOf: (payload: z.infer<typeof Payload>, file: string) => string;
  /** The files that make a task, with the action that they tell; all others are ignored. */
  readonly handled: Readonly<Record<string, string>>;
  /** Files that no forge can have sent as they are. */
  readonly malformed: readonly string[];
}

const recorded: Readonly<Record<string, Recorded>> = {
  gitlab: {
    path: "gitlab",
    deliver: gitlabByToken,
    eventOf: ({ object_kind }) =>
      object_kind === "merge_request" ? "Merge Request Hook" : "System Hook",
    handled: {
      "drone-go-scm/merge_request_subgroup.json": "opened",
      "drone-go-scm/pull_request_close.json": "closed",
      "drone-go-scm/pull_request_create.json": "opened",
      "drone-go-scm/pull_request_merge.json": "closed",
      "drone-go-scm/pull_request_reopen.json": "reopened",
      "xanzy-go-gitlab/merge_request.json": "opened",
      "xanzy-go-gitlab/service_merge_request.json": "synchronize",
    },
    // Its keys end in spaces.
    malformed: ["xanzy-go-gitlab/group_merge_request.json"],
  },
  gitee: {
    path: `gitee/${giteeSegment}`,
    deliver: giteeSigned,
    eventOf: ({ hook_name }) =>
      hook_name === "merge_request_hooks" ? "Merge Request Hook" : "Note Hook",
    handled: {
      "drone-go-scm/pr_close.json": "closed",
      "drone-go-scm/pr_merge.json": "closed",
      "drone-go-scm/pr_open.json": "opened",
      "drone-go-scm/pr_update.json": "synchronize",
    },
    malformed: [],
  },
  gitea: {
    path: "gitea",
    deliver: giteaSigned,
    eventOf: (_, file) =>
      /^pull_request_(?!comment)/.test(basename(file)) ? "pull_request" : "issues",
    handled: {
      "drone-go-scm/pull_request_closed.json": "closed",
      "drone-go-scm/pull_request_merged.json": "closed",
      "drone-go-scm/pull_request_opened.json": "opened",
      "drone-go-scm/pull_request_reopened.json": "reopened",
      "drone-go-scm/pull_request_synchronized.json": "synchronize",
    },
    malformed: [],
  },
};

for (const [forge, { path, deliver, eventOf, handled, malformed }] of Object.entries(recorded)) {
  test(`${forge} takes or ignores every recorded delivery`, { skip }, async () => {
    await using edge = await startEdge({ environment: { EDGE_MAX_BODY: "1MiB" } });
    const seen: Record<string, string> = {};
    for await (const file of glob("*/*.json", { cwd: join(folder, forge) })) {
      const text = await readFile(join(folder, forge, file), "utf8");
      const event = eventOf(Payload.parse(JSON.parse(text)), file);
      const url = `${edge.url}/webhooks/${path}`;
      const response = await fetch(url, deliver(text, { event }));
      const expected = malformed.includes(file) ? 400 : file in handled ? 202 : 200;
      assert.equal(response.status, expected, `${file}: ${await response.text()}`);
      if (expected !== 202) continue;
      const { event: told } = HandOff.parse(JSON.parse(edge.runner.requests.at(-1)?.body ?? ""));
      seen[file] = told.action;
      assert.deepEqual([told.forge, told.pull_request.fork], [forge, false]);
    }
    assert.deepEqual(seen, handled);
    assert.deepEqual(edge.errors, []);
  });
}
