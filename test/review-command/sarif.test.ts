import assert from "node:assert/strict";
import { test } from "node:test";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with {
  type: "json",
};
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import * as z from "zod";
import { reportOf } from "#cli/review/report.ts";
import { reportSarif } from "#cli/review/sarif.ts";
import { redactor } from "#runner/publish/redact.ts";
import { untrustedText } from "#runner/publish/untrusted-text.ts";
import type { Place } from "#shared/review.ts";
import { text } from "../messages-api/reply.ts";
import { twice, whole } from "../publish/findings.ts";
import { reviewJson } from "../publish/review-json.ts";
import { anyReview } from "../review/any-review.ts";
import { reviewResult } from "./review-result.ts";
import { setScene } from "./scene.ts";

// What the schema has of draft 4 is its name alone.
const { $schema: _, id: __, ...schema } = sarifSchema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

test("reportSarif: any review is valid SARIF 2.1.0", () => {
  assert(!validate({ version: "2.1.0" }), "the schema refuses something");
  const anyPlace = fc.option(
    fc.record({ path: fc.string({ minLength: 1 }), line: fc.integer({ min: 1 }) }),
  );
  fc.assert(
    fc.property(anyReview, fc.array(anyPlace), (review, found) => {
      const places = review.findings.map((_, index): Place | null => {
        const place = found[index] ?? null;
        return place && { ...place, previous_path: null, text: "text" };
      });
      const options = { text: untrustedText(redactor([])), failOn: "high" } as const;
      const report = reportOf({ result: reviewResult(review), places }, options);
      const log: unknown = JSON.parse(JSON.stringify(reportSarif(report, "1.2.3")));
      assert(validate(log), ajv.errorsText(validate.errors));
    }),
  );
});

test("cicd-runner review --format sarif: a place for what the diff shows, else the file alone", async () => {
  const moved = { line: 4, category: "test", message: "And here?" } as const;
  const findings = [{ ...twice, suggestion: "once()" }, whole, moved];
  await using scene = await setScene(() => text(reviewJson(findings)));
  const { stdout } = await scene.run(["--format", "sarif"]);
  const log = JSON.parse(stdout);
  assert(validate(log), ajv.errorsText(validate.errors));
  const results = z
    .object({
      runs: z.tuple([
        z.object({
          results: z.array(
            z.object({
              ruleId: z.string(),
              level: z.string(),
              message: z.object({ text: z.string() }),
              locations: z.tuple([z.object({ physicalLocation: z.looseObject({}) })]),
              partialFingerprints: z.record(z.string(), z.string()).optional(),
              properties: z.record(z.string(), z.string()),
            }),
          ),
        }),
      ]),
    })
    .parse(log).runs[0].results;
  assert.deepEqual(
    results.map(({ ruleId, level, message }) => [ruleId, level, message.text]),
    [
      ["bug", "error", "It charges twice."],
      ["test", "error", "And here? (line 4)"],
      ["docs", "note", "Say what it does."],
    ],
  );
  const artifactLocation = { uri: "src/pay.ts", uriBaseId: "%SRCROOT%" };
  assert.deepEqual(
    results.map(({ locations: [{ physicalLocation }] }) => physicalLocation),
    [
      { artifactLocation, region: { startLine: 2 } },
      { artifactLocation, region: { startLine: 3 } },
      { artifactLocation },
    ],
  );
  assert.match(results[0]?.partialFingerprints?.["codeOfFinding/v1"] ?? "", /^[0-9a-f]{16}$/);
  assert.equal(results[0]?.properties.suggestion, "once()");
});
