import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { guardSuite } from "./guards.ts";
import { startWorker } from "./start-worker.ts";

coreSuite(startWorker);
forgeSuite(startWorker);
guardSuite(startWorker);
