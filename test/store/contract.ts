import { suite } from "node:test";
import { affinityContract } from "./contract/affinity.ts";
import { askContract } from "./contract/ask.ts";
import { cancelContract } from "./contract/cancel.ts";
import { claimContract } from "./contract/claim.ts";
import { commandsContract } from "./contract/commands.ts";
import { deadLetterContract } from "./contract/dead-letters.ts";
import { enqueueContract } from "./contract/enqueue.ts";
import { finishContract } from "./contract/finish.ts";
import { hostContract } from "./contract/hosts.ts";
import { journalContract } from "./contract/journal.ts";
import { leaseContract } from "./contract/leases.ts";
import { modelContract } from "./contract/model.ts";
import { pagesContract } from "./contract/pages.ts";
import { pruneContract } from "./contract/prune.ts";
import { raceContract } from "./contract/races.ts";
import { readContract } from "./contract/read.ts";
import { restartContract } from "./contract/restart.ts";
import { schedulingContract } from "./contract/scheduling.ts";
import { supersedeContract } from "./contract/supersede.ts";
import { usageContract } from "./contract/usage.ts";
import { watchContract } from "./contract/watch.ts";
import type { NewPlace } from "./place.ts";

/** What every driver of the store must do, as tests; those of any sequence take so many runs. */
export function storeContract(newPlace: NewPlace, { runs }: { runs: number }): void {
  suite("enqueue", () => enqueueContract(newPlace));
  suite("enqueue that supersedes", () => supersedeContract(newPlace));
  suite("ask", () => askContract(newPlace));
  suite("commands", () => commandsContract(newPlace));
  suite("claim", () => claimContract(newPlace));
  suite("finish", () => finishContract(newPlace));
  suite("cancel", () => cancelContract(newPlace));
  suite("append and journal", () => journalContract(newPlace));
  suite("pages that are owed", () => pagesContract(newPlace));
  suite("task, session and stats", () => readContract(newPlace));
  suite("addUsage and what was spent", () => usageContract(newPlace));
  suite("watch", () => watchContract(newPlace));
  suite("reopening", () => restartContract(newPlace));
  suite("who is next", () => schedulingContract(newPlace, { runs }));
  suite("all at once", () => raceContract(newPlace));
  suite("deadLetters and replay", () => deadLetterContract(newPlace));
  suite("prune", () => pruneContract(newPlace));
  suite("hosts", () => hostContract(newPlace));
  suite("leases and reap", () => leaseContract(newPlace));
  suite("sessions and their hosts", () => affinityContract(newPlace));
  suite("any sequence of steps", () => modelContract(newPlace, { runs }));
}
