import type * as z from "zod";
import type { AnthropicConfig } from "./config.ts";

/** The headers by which the model's API lets a request in. */
export type Credentials = Readonly<Record<string, string>>;

/** What requests to the model's API are to carry; undefined when the settings name nothing. */
export function credentialsOf({
  api_key,
  auth_token,
  custom_headers,
}: Pick<z.infer<typeof AnthropicConfig>, "api_key" | "auth_token" | "custom_headers">):
  | Credentials
  | undefined {
  const credentials = {
    ...custom_headers,
    ...(api_key !== undefined && { "x-api-key": api_key }),
    ...(auth_token !== undefined && { authorization: `Bearer ${auth_token}` }),
  };
  return Object.keys(credentials).length === 0 ? undefined : credentials;
}
