import type { HandOff } from "#shared/api.ts";
import type { TaskEvent } from "#shared/task-event.ts";

/** What a hand-off says, in one line: what was made of a payload shows, and its texts do not. */
export function brief({
  kind,
  event,
  message,
}: Pick<HandOff, "kind" | "event" | "message">): string {
  const { repository, pull_request: request, sender } = event;
  const facts = {
    by: `${sender.login}${sender.bot ? " (bot)" : ""}`,
    author: request.author,
    is: request.association,
    state: request.state,
    draft: request.draft,
    fork: request.fork,
    labels: request.labels?.join("+"),
    head: side(request.head),
    base: side(request.base),
    created: request.created_at,
    ...particulars(event),
    message: message?.length,
  };
  const told = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const where = `${repository.host}/${repository.owner}/${repository.name}#${request.number}`;
  return [`${kind}:`, event.type, event.action, where, ...told].join(" ");
}

function particulars(event: TaskEvent): object {
  switch (event.type) {
    case "pull_request":
      return {};
    case "comment": {
      const { id, author, association, thread, path, line, side: at } = event.comment;
      const { authorization } = event;
      return { comment: id, from: author, as: association, thread, path, line, at, authorization };
    }
    case "check":
      return { check: event.check.name };
    case "pipeline":
      return { pipeline: event.pipeline.name, jobs: event.pipeline.jobs?.length };
  }
}

function side(told: { sha?: string | undefined; ref: string } | undefined): string | undefined {
  return told && `${told.ref}@${told.sha?.slice(0, 7) ?? "?"}`;
}
