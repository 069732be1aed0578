import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnComment, Page } from "#runner/forge/page.ts";
import { publishReview } from "#runner/publish/publish-review.ts";
import { untrustedText } from "#runner/publish/untrusted-text.ts";
import { CicdError } from "#shared/error.ts";
import type { Finding } from "#shared/review.ts";

const taskId = "01998d3e-0000-7000-8000-000000000000";
const options = { text: untrustedText((text) => text), failOn: "never" } as const;

/** A page in memory. Who is `deleting` takes each comment away just before it is edited. */
function memoryPage() {
  const comments: OwnComment[] = [];
  let ids = 0;
  const add = (kind: OwnComment["kind"], body: string) => {
    ids += 1;
    comments.push({ id: String(ids), kind, body });
  };
  const state = { deleting: false, refusing: false };
  const page: Page = {
    report: async () => {},
    comments: async () => [...comments],
    addPageComment: async (body) => add("page", body),
    addReply: async () => false,
    addLineComments: async (wanted) => {
      for (const { body } of wanted) add("line", body);
      return [];
    },
    edit: async ({ id, kind }, body) => {
      const place = comments.findIndex((one) => one.id === id);
      if (state.deleting) comments.splice(place, 1);
      if (state.deleting || state.refusing) throw new CicdError("forge_refused", "404 to PATCH");
      comments[place] = { id, kind, body };
    },
    settle: async () => {},
  };
  const shown = () => comments.map(({ kind, body }) => `${kind}: ${body.split("\n\n")[1]}`);
  return { page, state, shown };
}

async function publish(page: Page, message: string) {
  const about = { severity: "high", category: "bug", file: "a.ts", line: 1 } as const;
  const finding: Finding = { ...about, message, suggestion: null };
  const place = { path: "a.ts", previous_path: null, line: 1, text: message };
  const review = { summary: `Of ${message}.`, findings: [finding] };
  const headSha = "a".repeat(40);
  await publishReview(page, { taskId, headSha, review, places: [place] }, options);
}

test("comments that are deleted just before they are edited: the page shows the review all the same", async () => {
  const { page, state, shown } = memoryPage();
  await publish(page, "one");
  state.deleting = true;
  await publish(page, "two");
  assert.deepEqual(shown(), ["line: two", "page: Of two."]);
});

test("comments that may not be edited: said, not taken for deleted", async () => {
  const { page, state } = memoryPage();
  await publish(page, "one");
  state.refusing = true;
  await assert.rejects(publish(page, "two"), { code: "forge_refused" });
});
