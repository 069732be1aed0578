import * as z from "zod";
import { Duration } from "#shared/quantity.ts";

const Count = z.int().positive();
const Usd = z.number().positive();

/** `budget`: what tasks may take; nothing that is left out is limited. */
export const BudgetConfig = z
  .strictObject({
    task: z.strictObject(figures("one task")).prefault({}),
    session: z
      .strictObject({ usd: dollars("all tasks of one pull request"), ...figures("all of them") })
      .prefault({}),
    day: z
      .strictObject({
        usd: dollars("all hosts, in a day that begins at 0:00 UTC,"),
        ...figures("all hosts in a day"),
      })
      .prefault({}),
  })
  .prefault({});

function dollars(who: string) {
  return Usd.optional().meta({ description: `US dollars that ${who} may spend` });
}

function figures(who: string) {
  return {
    tokens: Count.optional().meta({
      description: `Tokens that ${who} may take; those read from the cache are not counted`,
    }),
    turns: Count.optional().meta({
      description: `Requests to the model that ${who} may make`,
    }),
    time: Duration.optional().meta({
      description: `How long the turns of ${who} may take together`,
    }),
  };
}
