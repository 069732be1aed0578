import githubAppJwt from "universal-github-app-jwt";
import { CicdError } from "#shared/error.ts";

/**
 * A token that proves to GitHub that we are an App, good for ten minutes. `now` is in milliseconds.
 * @throws CicdError `forge_refused` when the key is none that can sign.
 */
export async function appToken(id: string, privateKey: string, now: number): Promise<string> {
  try {
    const { token } = await githubAppJwt({ id, privateKey, now: Math.floor(now / 1000) });
    return token;
  } catch (cause) {
    throw new CicdError("forge_refused", "Cannot sign in as GitHub App: its key can't sign", {
      cause,
      hint: "Set github.private_key to the App's key; on Workers in PKCS#8: openssl pkcs8 -topk8 -nocrypt",
    });
  }
}
