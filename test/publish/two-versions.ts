import type { FakeForge } from "../forges/page.ts";
import { twice, untested } from "./findings.ts";
import type { Scene } from "./scene.ts";
import { seen } from "./seen.ts";
import { succeeded } from "./succeeded.ts";

/** What a page shows, with the pushed commit called THIS. */
interface ShownPage {
  readonly comments: readonly string[];
  readonly state: string | undefined;
}

/** A push on its way. */
interface VersionPush {
  /** The task's id. */
  readonly id: string;
  readonly shown: () => ShownPage;
  /** What a push of this version ends in when nothing happens to it. */
  readonly wanted: ShownPage | undefined;
}

/** Two versions of the pull request that say the opposite of each other. */
const versions = [
  { file: "one();\ntwo();\n", findings: [twice] },
  { file: "one();\ntwo();\nthree();\n", findings: [untested] },
] as const;

/** Pushes two versions in turn, twice undisturbed; what is returned goes on with that. */
export async function twoVersions(
  scene: Scene,
  fake: FakeForge,
): Promise<() => Promise<VersionPush>> {
  let pushes = 0;
  const wanted: ShownPage[] = [];
  const push = async () => {
    const turn = pushes % 2;
    const { id, sha } = await scene.push(versions[turn] ?? versions[0]);
    pushes += 1;
    const shown = () => ({ comments: seen(fake, { THIS: sha }), state: lastState(fake) });
    return { id, shown, wanted: wanted[2 + turn] };
  };
  // The first page of each version has no past: what comes later looks like the second.
  for (let count = 0; count < 4; count += 1) {
    const { id, shown } = await push();
    await succeeded(scene, id);
    wanted.push(shown());
  }
  return push;
}

function lastState(fake: FakeForge): string | undefined {
  const last = fake.states().at(-1);
  return last && `${last.state}, ${last.title}`;
}
