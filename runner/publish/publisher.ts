import type { OpenPage } from "../forge/forge-pages.ts";
import type { UntrustedText } from "./untrusted-text.ts";
import type { FailOn } from "./verdict.ts";

/** How results get onto the pages of pull requests. */
export interface Publisher {
  readonly openPage: OpenPage;
  readonly text: UntrustedText;
  /** The least severity that makes the state of a commit a failure. */
  readonly failOn: FailOn;
  /** How long a result is tried to be published before its attempt fails, in milliseconds. */
  readonly patience: number;
}
