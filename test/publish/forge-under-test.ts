import type { Forge } from "#shared/event.ts";
import type { FakeForge } from "../forges/page.ts";

/** A forge, and how it shows what all forges have to show. */
export interface ForgeUnderTest {
  readonly forge: Forge;
  readonly start: () => Promise<FakeForge>;
  /** Its words for the states of a commit; undefined when it shows none. */
  readonly states?: Readonly<Record<"found" | "clean" | "failed" | "cancelled", string>>;
  /** Whether it marks threads as settled. */
  readonly settles: boolean;
  /** Whether the host is killed too, which takes a while; default true. */
  readonly isKilled?: boolean;
}
