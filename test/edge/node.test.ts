import { coreSuite } from "./core.ts";
import { startEdge } from "./start-edge.ts";

coreSuite(startEdge);
