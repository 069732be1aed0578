/** Breaks what a page would act on without being seen. */
export const joint = "\u200b";
