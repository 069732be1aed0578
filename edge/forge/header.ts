import { CicdError } from "#shared/error.ts";

/** Ids of deliveries, as paths of the API can hold them. */
const deliveryId = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,255}$/;

/**
 * The value of a header that holds the id of a delivery.
 * @throws CicdError `invalid_request` when it is missing or can't be real.
 */
export function idHeader(headers: Headers, name: string): string {
  return header(headers, name, deliveryId);
}

/**
 * The value of a header that holds the name of an event.
 * @throws CicdError `invalid_request` when it is missing or can't be real.
 */
export function eventHeader(headers: Headers, name: string): string {
  return header(headers, name, /^[A-Za-z][A-Za-z0-9_ ]{0,63}$/);
}

function header(headers: Headers, name: string, form: RegExp): string {
  const value = headers.get(name);
  if (value !== null && form.test(value)) return value;
  const what = value === null ? "is missing" : "has an impossible value";
  throw new CicdError("invalid_request", `Cannot take webhook: header ${name} ${what}`);
}
