import { startFakeGitee } from "../forges/gitee.ts";
import { publishSuite } from "./suite.ts";

publishSuite({ forge: "gitee", start: startFakeGitee, settles: false });
