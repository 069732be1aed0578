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
  comment: z.looseObject({}).optional(),
  object_attributes: z.looseObject({ note: z.string().optional() }).optional(),
});

/** Who commented is on no list. */
const environment = { EDGE_MAX_BODY: "1MiB", RULES_UNVERIFIED_COMMANDS: "check" };

/** A payload whose comment, if it has one, gives a command; all else is as it was recorded. */
function asCommand(text: string): z.infer<typeof Payload> {
  const payload = Payload.parse(JSON.parse(text));
  const { comment, object_attributes: attributes } = payload;
  const body = "/ask Why?";
  return {
    ...payload,
    ...(comment && { comment: { ...comment, body } }),
    ...(attributes?.note && { object_attributes: { ...attributes, note: body } }),
  };
}

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

const gitlabHooks: Readonly<Record<string, string>> = {
  merge_request: "Merge Request Hook",
  note: "Note Hook",
  pipeline: "Pipeline Hook",
  push: "Push Hook",
};

const giteeHooks: Readonly<Record<string, string>> = {
  merge_request_hooks: "Merge Request Hook",
  note_hooks: "Note Hook",
  push_hooks: "Push Hook",
};

const giteaEvents = [
  [/^(?:pull_request|issue)_comment/, "issue_comment"],
  [/^pull_request/, "pull_request"],
  [/^push/, "push"],
] as const;

const recorded: Readonly<Record<string, Recorded>> = {
  gitlab: {
    path: "gitlab",
    deliver: gitlabByToken,
    eventOf: ({ object_kind }) => gitlabHooks[object_kind ?? ""] ?? "System Hook",
    handled: {
      "drone-go-scm/merge_request_comment_create.json": "ask created",
      "drone-go-scm/merge_request_comment_subgroup.json": "ask created",
      "drone-go-scm/merge_request_subgroup.json": "review opened",
      "drone-go-scm/pull_request_close.json": "close closed",
      "drone-go-scm/pull_request_create.json": "review opened",
      "drone-go-scm/pull_request_merge.json": "close closed",
      "drone-go-scm/pull_request_reopen.json": "review reopened",
      "drone-go-scm/review_comment_create.json": "ask created",
      "xanzy-go-gitlab/merge_request.json": "review opened",
      "xanzy-go-gitlab/note_merge_request.json": "ask created",
      "xanzy-go-gitlab/service_merge_request.json": "review synchronize",
    },
    // Its keys end in spaces.
    malformed: ["xanzy-go-gitlab/group_merge_request.json"],
  },
  gitee: {
    path: `gitee/${giteeSegment}`,
    deliver: giteeSigned,
    eventOf: ({ hook_name }) => giteeHooks[hook_name ?? ""] ?? "Issue Hook",
    handled: {
      "drone-go-scm/note_hook_pr_comment.json": "ask created",
      "drone-go-scm/pr_close.json": "close closed",
      "drone-go-scm/pr_merge.json": "close closed",
      "drone-go-scm/pr_open.json": "review opened",
      "drone-go-scm/pr_update.json": "review synchronize",
    },
    malformed: [],
  },
  gitea: {
    path: "gitea",
    deliver: giteaSigned,
    eventOf: (_, file) => giteaEvents.find(([form]) => form.test(basename(file)))?.[1] ?? "issues",
    handled: {
      "drone-go-scm/pull_request_closed.json": "close closed",
      "drone-go-scm/pull_request_comment_created.json": "ask created",
      "drone-go-scm/pull_request_merged.json": "close closed",
      "drone-go-scm/pull_request_opened.json": "review opened",
      "drone-go-scm/pull_request_reopened.json": "review reopened",
      "drone-go-scm/pull_request_synchronized.json": "review synchronize",
    },
    malformed: [],
  },
};

for (const [forge, { path, deliver, eventOf, handled, malformed }] of Object.entries(recorded)) {
  test(`${forge} takes or ignores every recorded delivery`, { skip }, async () => {
    await using edge = await startEdge({ environment });
    const seen: Record<string, string> = {};
    for await (const file of glob("*/*.json", { cwd: join(folder, forge) })) {
      const payload = asCommand(await readFile(join(folder, forge, file), "utf8"));
      const event = eventOf(payload, file);
      const url = `${edge.url}/webhooks/${path}`;
      const response = await fetch(url, deliver(payload, { event }));
      const expected = malformed.includes(file) ? 400 : file in handled ? 202 : 200;
      assert.equal(response.status, expected, `${file}: ${await response.text()}`);
      if (expected !== 202) continue;
      const body = edge.runner.requests.at(-1)?.body ?? "";
      const { kind, event: told } = HandOff.parse(JSON.parse(body));
      seen[file] = `${kind} ${told.action}`;
      assert.deepEqual([told.forge, told.pull_request.fork ?? false], [forge, false]);
    }
    assert.deepEqual(seen, handled);
    assert.deepEqual(edge.errors, []);
  });
}
