import { join } from "node:path";
import { cliEnvironment } from "#runner/claude/environment.ts";
import { prepareStateDir } from "#runner/state-dir.ts";
import { text } from "../messages-api/reply.ts";
import { type MessagesApi, startMessagesApi } from "../messages-api/start.ts";
import { tempFolder } from "../temp-folder.ts";
import { type Product, startProduct } from "./product.ts";
import { oneShot, type RawSetting } from "./raw.ts";
import { answer } from "./sample.ts";

/** What a part of a run is measured in. Disposal ends all processes and removes all files. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly api: MessagesApi;
  readonly product: Product;
  readonly raw: RawSetting;
  /** What the product says to the model about a first push, and about a later one. */
  readonly prompts: { readonly first: string; readonly again: string };
  /** Lets the model's next answer begin and not go on; those after it are whole again. */
  holdNextAnswer(): void;
}

/** Sets a scene, with everything run once. */
export async function setScene(signal: AbortSignal): Promise<Scene> {
  signal.throwIfAborted();
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const respond = () => text(answer);
  const api = undo.use(await startMessagesApi({ respond }));
  const product = undo.use(await startProduct({ folder, apiUrl: api.url }));
  const { sessionId } = await product.push(1, "cold");
  await product.push(1, "warm");
  const prompts = { first: promptOf(api, 0), again: promptOf(api, 1) };

  const stateDir = await prepareStateDir(join(folder, "raw"));
  const raw = {
    stateDir,
    environment: cliEnvironment({
      host: process.env,
      passOn: [],
      stateDir,
      apiKey: "stand-in",
      baseUrl: api.url,
    }),
    // A checkout that no measured review touches.
    cwd: product.treeOf(sessionId),
    signal,
  };
  await oneShot(prompts.first, raw);
  const resources = undo.move();
  return {
    folder,
    api,
    product,
    raw,
    prompts,
    holdNextAnswer: () => {
      api.respond = () => {
        api.respond = respond;
        return text("I begin ", new Promise(() => {}));
      };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The longest text of a request's last turn: what the CLI puts beside it is shorter. */
function promptOf({ requests }: MessagesApi, index: number): string {
  const content =
    requests[index]?.body.messages.findLast(({ role }) => role === "user")?.content ?? [];
  const texts =
    typeof content === "string"
      ? [content]
      : content.map((block) => (block.type === "text" ? String(block.text) : ""));
  const [longest = ""] = texts.sort((a, b) => b.length - a.length);
  return longest;
}
