import { MessageText } from "#shared/api.ts";
import type { CommentEvent } from "#shared/task-event.ts";
import { authorize } from "./allowed.ts";
import { type Parsed, parseCommand } from "./command.ts";
import type { Rules } from "./config.ts";
import { type Decision, ignored } from "./decision.ts";

/** The mark that is in every comment of ours. */
const ownMark = "<!-- cicd-runner";

/** Which task a comment makes: that of the command in it, given by somebody who may. */
export function decideComment(event: CommentEvent, rules: Rules): Decision {
  const { action, comment, pull_request, sender } = event;
  if (action === "edited") {
    return ignored("edited_comment", "a comment that is edited is not run again");
  }
  if (comment.body.includes(ownMark)) return ignored("own_comment", "the comment is our own");
  if (sender.bot) return ignored("bot", "the comment is a bot's");
  const parsed = parseCommand(comment.body);
  if (parsed.kind === "none") return ignored("no_command", "the comment gives no command");
  if (parsed.kind === "unknown" && rules.unknown_commands === "ignore") {
    return ignored("unknown_command", `there is no command ${parsed.word}`);
  }
  if (pull_request.state !== undefined && pull_request.state !== "open") {
    return ignored("closed", "the pull request is closed");
  }
  const authorization = authorize(event, rules);
  // Cancelling is done when it is handed over: nobody can be asked before.
  const isRefused = rules.unverified_commands === "refuse" || isCancel(parsed);
  if (authorization === "unverified" && isRefused) {
    const who = `${comment.author} (${comment.association ?? "permission unknown"})`;
    return ignored("not_allowed", `${who} may not give commands: see rules.command_users`);
  }
  return taskOf(parsed, { ...event, authorization });
}

function taskOf(parsed: Exclude<Parsed, { kind: "none" }>, event: CommentEvent): Decision {
  if (parsed.kind === "unknown") {
    return { kind: "task", task: "help", event, message: parsed.word };
  }
  const { name } = parsed;
  const { text, ...how } = name === "review" ? withoutForce(parsed.text) : { text: parsed.text };
  if (text === "") {
    // Nothing is asked: how to ask is the answer.
    return { kind: "task", task: name === "ask" ? "help" : name, event, ...how };
  }
  const message = MessageText.safeParse(text);
  if (!message.success) {
    return ignored("too_long", `what follows /${name} is too long: ${text.length} characters`);
  }
  return { kind: "task", task: name, event, message: message.data, ...how };
}

/** `--force` right behind the command; what else follows is a wish. */
function withoutForce(text: string): { readonly text: string; readonly force?: true } {
  const [flag = ""] = /^--force(?=\s|$)/.exec(text) ?? [];
  return flag === "" ? { text } : { text: text.slice(flag.length).trim(), force: true };
}

function isCancel(parsed: Parsed): boolean {
  return parsed.kind === "command" && parsed.name === "cancel";
}
