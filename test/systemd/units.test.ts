import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";

const folder = new URL("../../deploy/systemd/", import.meta.url).pathname;
const services = ["cicd-runner@.service", "cicd-edge.service"];
const units = [...services, "cicd-edge.socket"];

const analyze = execa({ cwd: folder, reject: false, all: true });
const { exitCode } = await analyze("systemd-analyze", ["--version"]);
const skip = exitCode !== 0 && "this machine has no systemd-analyze";

for (const unit of units) {
  test(`${unit}: systemd finds nothing wrong in it`, { skip }, async () => {
    const { exitCode: wrong, all } = await analyze("systemd-analyze", [
      ...["verify", "--recursive-errors=yes"],
      `./${unit}`,
    ]);
    assert.equal(wrong, 0, all);
    assert.equal(all, "");
  });
}

for (const unit of services) {
  test(`${unit}: it is exposed to no more than 2.0 of 10`, { skip }, async () => {
    const { exitCode: wrong, all } = await analyze("systemd-analyze", [
      ...["security", "--offline=yes", "--threshold=20", "--no-pager"],
      `./${unit}`,
    ]);
    assert.equal(wrong, 0, all);
  });
}
