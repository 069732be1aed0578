import { text } from "node:stream/consumers";
import * as z from "zod";
import { prepareCheckout } from "#runner/workspace/checkout.ts";
import { Mirrors } from "#runner/workspace/mirrors.ts";
import { PullRequestEvent } from "#shared/event.ts";

/** A program that prepares one checkout, to be killed. */
const Input = z.object({ event: PullRequestEvent, mirrors: z.string(), folder: z.string() });

const { event, mirrors, folder } = Input.parse(JSON.parse(await text(process.stdin)));
await prepareCheckout(event, {
  folder,
  mirrors: new Mirrors(mirrors),
  git: { protocols: ["http"], isPrivateAllowed: () => true },
  signal: AbortSignal.timeout(60_000),
});
