import { openConnector } from "#runner/connect.ts";
import type { RawSetting } from "./raw.ts";
import type { Scene } from "./scene.ts";
import { readSettings } from "./settings.ts";

/** The setting of a bare CLI that reaches the model's API as the product's processes do. */
export interface Brokered extends AsyncDisposable {
  readonly setting: RawSetting;
}

/** Starts a broker for it; all else is as in the scene's own setting. */
export async function startBrokered({ api, raw }: Scene): Promise<Brokered> {
  const stateDir = raw.stateDir;
  const connector = await openConnector(readSettings({ stateDir, apiUrl: api.url }), {
    stateDir,
    environment: process.env,
    // The turn that fails of it says so.
    onError: () => {},
  });
  const { environment } = connector.connect(() => undefined);
  return {
    setting: { ...raw, environment },
    [Symbol.asyncDispose]: () => connector[Symbol.asyncDispose](),
  };
}
