import * as z from "zod";
import { offerableTools, readingTools, toolOf } from "./tools.ts";

/** A rule in the CLI's words, whatever tool it is about. */
export const ToolRule = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*(\(.+\))?$/s, {
  error: "must be Tool or Tool(rule); one with a space has to be in the file",
  abort: true,
});

/** A rule that gives a tool. The others could reach other sessions, or start turns and agents. */
export const OfferRule = ToolRule.refine((rule) => offerableTools.includes(toolOf(rule)), {
  error: `must be about one of ${offerableTools.join(", ")}`,
  abort: true,
});

/** The same for a tool that nobody is asked about: reading ends at the checkout, by no rule. */
export const AllowRule = OfferRule.refine(
  (rule) => readingTools.includes(rule) || !readingTools.includes(toolOf(rule)),
  `must have no rule in brackets for ${readingTools.join(", ")}: they read the checkout alone`,
);
