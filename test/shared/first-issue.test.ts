import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as z from "zod";
import { firstIssue } from "#shared/first-issue.ts";

suite("firstIssue", () => {
  const schema = z.object({ a: z.array(z.object({ b: z.string("must be text") })) });

  test("a problem deep inside: path with dots and indexes", () => {
    assert.equal(issueOf(schema, { a: [{ b: "x" }, { b: 1 }] }), "a[1].b: must be text");
  });

  test("a problem at the root: calls it body", () => {
    assert.equal(issueOf(z.string("must be text"), 1), "body: must be text");
  });

  test("a root that is a list: begins with the index", () => {
    assert.equal(issueOf(z.array(z.string("must be text")), [1]), "[0]: must be text");
  });

  test("several problems: the first alone", () => {
    assert.equal(issueOf(schema, { a: [{ b: 1 }, { b: 2 }] }), "a[0].b: must be text");
  });

  test("an error without issues: invalid", () => {
    assert.equal(firstIssue(new z.ZodError([])), "invalid");
  });

  function issueOf(any: z.ZodType, value: unknown): string {
    const { error } = any.safeParse(value);
    return error === undefined ? assert.fail("it was taken") : firstIssue(error);
  }
});
