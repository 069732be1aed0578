import { readRequest } from "../read-body.ts";

/** No form of the dashboard is larger, in bytes. */
const largest = 8192;

/**
 * The fields of a form.
 * @throws CicdError as {@link readRequest} does.
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await readRequest(request, largest)));
}
