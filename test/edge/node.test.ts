import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { startEdge } from "./start-edge.ts";

coreSuite(startEdge);
forgeSuite(startEdge);
