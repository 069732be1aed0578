import { Sent } from "../soak/sent.ts";
import type { Fleet } from "./fleet.ts";
import type { Delivery } from "./plan.ts";
import type { Sender } from "./sender.ts";

/** Deliveries that were taken, by pull request and in order. */
export type Taken = readonly (readonly Sent<Delivery>[])[];

/** Lets a forge deliver a whole plan, the pull requests at once; resolves when all tasks ended. */
export async function drive(
  plan: readonly (readonly Delivery[])[],
  { fleet, sender, onTaken }: { fleet: Fleet; sender: Sender; onTaken: () => void },
): Promise<Taken> {
  return await Promise.all(
    plan.map(async (deliveries) => {
      const taken: Sent<Delivery>[] = [];
      for (const one of deliveries) {
        taken.push(await deliver(one, fleet, sender));
        onTaken();
      }
      for (const sent of taken) {
        await sent.ended();
        if (sent.step.copies === "at the end") await sender.deliver(sent.step);
      }
      return taken;
    }),
  );
}

async function deliver(one: Delivery, fleet: Fleet, sender: Sender): Promise<Sent<Delivery>> {
  const times = one.copies === "at once" ? 3 : 1;
  const answers = await Promise.all(
    Array.from({ length: times }, async () => await sender.deliver(one)),
  );
  const [answer] = answers;
  if (answer === undefined) throw new Error(`Delivery ${one.id} was not sent`);
  const sent = new Sent(fleet, one.kind, one, answer);
  if (one.waitsFor === "the turn") await sent.reached("turn.started");
  if (one.waitsFor === undefined) await sent.ended();
  return sent;
}
