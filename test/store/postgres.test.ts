import assert from "node:assert/strict";
import { after, before, suite } from "node:test";
import { newPostgresPlace } from "../postgres/place.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { storeContract } from "./contract.ts";

suite("PostgresStore", () => {
  let server: PostgresServer | undefined;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.[Symbol.asyncDispose]());
  const newPlace = () => newPostgresPlace(server ?? assert.fail("the server has not started"));
  storeContract(newPlace, { runs: 10 });
});
