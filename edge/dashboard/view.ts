import type { HtmlEscapedString } from "hono/utils/html";
import type { Scope } from "#shared/scope.ts";
import { includesScope } from "../api-auth.ts";

/** Where the dashboard is, below the origin of the edge. */
export const dashboardPath = "/dashboard";

/** What the template makes: text in it is escaped, other parts of pages are not. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** For whom and when a page is made. */
export interface View {
  /** The path that all links begin with: where people reach {@link dashboardPath}. */
  readonly base: string;
  /** Lets the page's script and style in. */
  readonly nonce: string;
  /** What who looks may do; undefined for who has not signed in. */
  readonly scope: Scope | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Whether who looks may do what needs a scope. */
export function may({ scope }: View, needed: Scope): boolean {
  return scope !== undefined && includesScope(scope, needed);
}
