import { stands } from "./stands.ts";
import { startSweepingEdge } from "./start-sweeping-edge.ts";
import { sweepSuite } from "./suite.ts";

for (const stand of stands) sweepSuite(stand, startSweepingEdge);
