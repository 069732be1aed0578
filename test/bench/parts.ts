/** What can be measured by itself. */
export const parts = ["reviews", "crowd", "pushes", "known", "webhooks", "store"] as const;

/** One of {@link parts}. */
export type Part = (typeof parts)[number];
