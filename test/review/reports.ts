import type { Analysis, Diagnosis, TestProposal } from "#shared/report.ts";

/** What a model may answer about a change, in each form. */
export const analysis: Analysis = {
  summary: "Cards are charged once.",
  impact: [{ area: "Checkout", effect: "A second click does nothing." }],
  risk: { score: 6, reason: "Money." },
  breaking_changes: [],
  tests_to_run: ["npm test"],
  rollback: "Revert it.",
  changelog: "Cards are charged once.",
};

export const diagnosis: Diagnosis = {
  kind: "test",
  cause: "The test expects 2.",
  confidence: "high",
  by_this_change: "yes",
  evidence: ["expected 2, got 3"],
  fix: "Expect 3.",
};

export const newTest = `diff --git a/test/pay.test.ts b/test/pay.test.ts
new file mode 100644
--- /dev/null
+++ b/test/pay.test.ts
@@ -0,0 +1,2 @@
+import "../src/pay.ts";
+one();
`;

export const proposal: TestProposal = {
  summary: "It was not tested.",
  cases: ["it is charged once"],
  patch: newTest,
  command: "npm test",
};

/** An answer that ends with JSON. */
export function inJson(value: object): string {
  return `I looked.\n\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;
}
