import { v7 } from "uuid";
import type { HandOff } from "#shared/api.ts";

/** A valid hand-off with a new task id, of a delivery and for a pull request of its own. */
export function handOff({
  number = ++count,
  delivery = `delivery-${number}`,
}: {
  number?: number;
  delivery?: string;
} = {}): HandOff {
  return {
    delivery_id: delivery,
    forge: "github",
    task_id: v7(),
    kind: "review",
    event: {
      type: "pull_request",
      forge: "github",
      action: "opened",
      repository: {
        host: "github.com",
        owner: "octo",
        name: "hello",
        clone_url: "https://github.com/octo/hello.git",
      },
      pull_request: {
        number,
        url: `https://github.com/octo/hello/pull/${number}`,
        title: "Add a greeting",
        body: "",
        author: "mona",
        draft: false,
        head: { sha: "a".repeat(40), ref: "greeting" },
        base: { sha: "b".repeat(40), ref: "main" },
        fork: false,
      },
      sender: { login: "mona", bot: false },
    },
  };
}

let count = 0;
