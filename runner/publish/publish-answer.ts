import type { Task } from "#shared/task.ts";
import type { Page } from "../forge/page.ts";
import { readMarker, withMarker } from "./marker.ts";
import { aboutText } from "./texts.ts";
import type { UntrustedText } from "./untrusted-text.ts";

/**
 * Says something where a task was asked for: in the thread of the comment, or in a comment on the
 * page that names it. Once a task, whatever it says: it looks first whether something is there.
 * @throws CicdError as {@link Page} does.
 */
export async function publishAnswer(
  page: Page,
  { id: taskId, event, kind }: Pick<Task, "id" | "event" | "kind">,
  answer: string,
  text: UntrustedText,
): Promise<void> {
  const comments = await page.comments();
  if (comments.some(({ body }) => isAnswerOf(taskId, body))) return;
  const marker = { kind: "answer", taskId } as const;
  const thread = event.type === "comment" ? event.comment.thread : undefined;
  if (thread !== undefined && (await page.addReply(thread, withMarker(marker, answer)))) return;
  const about = aboutText(kind, event, text);
  await page.addPageComment(withMarker(marker, `${about}\n\n${answer}`));
}

function isAnswerOf(taskId: string, body: string): boolean {
  const { marker } = readMarker(body) ?? {};
  return marker?.kind === "answer" && marker.taskId === taskId;
}
