import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { guardSuite } from "./guards.ts";
import { startEdge } from "./start-edge.ts";
import { streamSuite } from "./streams.ts";

coreSuite(startEdge);
forgeSuite(startEdge);
guardSuite(startEdge);
streamSuite(startEdge);
