import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { PullRequestEvent } from "#shared/event.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { pullRequestEvent } from "./pull-request-event.ts";

suite("sessionIdOf", () => {
  test("known pull requests: the ids that must never change", () => {
    assert.equal(sessionIdOf(event("acme", "shop", 7)), "0d2b5dea-d3cd-5e5c-8064-afcc30e5486d");
    assert.equal(
      sessionIdOf(event("group/subgroup", "shop", 1234)),
      "98e7c679-4f62-5a94-ab04-da7a4d1bda2d",
    );
  });

  test("any pull request: RFC 9562 version 5 of its name", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (owner, name, number) => {
        const expected = uuidV5(
          `cicd-runner:pr:github:github.com:${owner.toLowerCase()}/${name.toLowerCase()}:${number}`,
        );
        assert.equal(sessionIdOf(event(owner, name, number)), expected);
      }),
    );
  });

  test("what changes with every push: no part of it", () => {
    const one = pullRequestEvent();
    const { pull_request } = one;
    const head = { sha: "c".repeat(40), ref: "other" };
    const pushed = { ...one, action: "opened", pull_request: { ...pull_request, head } } as const;
    assert.equal(sessionIdOf(pushed), sessionIdOf(one));
  });

  test("names in another case, as people write them into remotes: the same session", () => {
    const one = event("mona", "shop", 7);
    const repository = { ...one.repository, host: "GitHub.com", owner: "Mona", name: "Shop" };
    assert.equal(sessionIdOf({ ...one, repository }), sessionIdOf(one));
  });

  test("another host: another session", () => {
    const one = event("acme", "shop", 7);
    const repository = { ...one.repository, host: "git.acme.test" };
    assert.notEqual(sessionIdOf({ ...one, repository }), sessionIdOf(one));
  });
});

function event(owner: string, name: string, number: number): PullRequestEvent {
  const base = pullRequestEvent(number);
  return { ...base, repository: { ...base.repository, owner, name } };
}

/** RFC 9562, section 5.5, by hand. */
function uuidV5(name: string): string {
  const namespace = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");
  const hash = createHash("sha1").update(namespace).update(name).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
