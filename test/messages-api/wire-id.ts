import { randomUUID } from "node:crypto";

/** A fresh identifier in the API's manner, for instance `msg_01` and 22 characters. */
export function wireId(prefix: "msg" | "toolu" | "req"): string {
  return `${prefix}_01${randomUUID().replaceAll("-", "").slice(0, 22)}`;
}
