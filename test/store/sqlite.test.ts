import { suite } from "node:test";
import { storeContract } from "./contract.ts";
import { newSqlitePlace } from "./place.ts";

suite("SqliteStore", () => storeContract(newSqlitePlace, { runs: 60 }));
