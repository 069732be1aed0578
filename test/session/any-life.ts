import assert from "node:assert/strict";
import type { PoolMode } from "#runner/session/pool.ts";
import { until } from "../until.ts";
import type { Leased } from "./acquire.ts";
import { say } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";

const maxSessions = 3;

/** Sessions to which anything may happen, with what must hold all the while. */
export class AnyLife implements AsyncDisposable {
  readonly #scene: Scene;
  readonly #ids: readonly string[];
  readonly #leases = new Map<string, Leased>();
  /** What was said in the conversation of each session. */
  readonly #said = new Map<string, string[]>();
  /** Sessions of which two processes lived at once, however briefly. */
  readonly #forks: readonly string[];
  /** How many processes there may be. */
  #allowed = maxSessions;

  static async begin(count: number): Promise<AnyLife> {
    const living = new Set<string>();
    const forks: string[] = [];
    const scene = await setScene({
      maxSessions,
      spares: 1,
      onState: ({ sessionId, from, to }) => {
        if (sessionId === undefined) return;
        if (from === "starting" && living.has(sessionId)) forks.push(sessionId);
        if (to === "dead") living.delete(sessionId);
        else living.add(sessionId);
      },
    });
    await scene.manager.open();
    const ids: string[] = [];
    while (ids.length < count) ids.push(await scene.session(ids.length + 1));
    return new AnyLife(scene, ids, forks);
  }

  private constructor(scene: Scene, ids: string[], forks: string[]) {
    this.#scene = scene;
    this.#ids = ids;
    this.#forks = forks;
  }

  /** Leases a session; one that is leased already is refused. */
  async lease(index: number): Promise<void> {
    const id = this.#id(index);
    if (this.#leases.has(id)) {
      return await assert.rejects(this.#scene.acquire(id), { code: "conflict" });
    }
    const lease = await this.#scene.acquire(id);
    this.#leases.set(id, lease);
    assert.equal(lease.isNew, !this.#said.has(id));
    this.#allowed = Math.max(maxSessions, this.#leases.size);
  }

  /** Leases a session and does not wait for its process. */
  async giveUp(index: number): Promise<void> {
    const id = this.#id(index);
    if (this.#leases.has(id)) return;
    const { manager } = this.#scene;
    this.#allowed = Math.max(this.#allowed, manager.size + manager.spares + 1);
    (await manager.lease(id))[Symbol.dispose]();
  }

  async release(index: number): Promise<void> {
    const id = this.#id(index);
    this.#leases.get(id)?.[Symbol.dispose]();
    this.#leases.delete(id);
  }

  async turn(index: number): Promise<void> {
    const id = this.#id(index);
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    const said = [...(this.#said.get(id) ?? []), "hello"];
    this.#said.set(id, said);
    assert.equal((await say(lease, "hello")).said, said.join("\n"));
  }

  async kill(index: number): Promise<void> {
    const { manager } = this.#scene;
    const id = this.#id(index);
    const { pid } = manager.processOf(id) ?? {};
    if (!pid) return;
    process.kill(pid, "SIGKILL");
    await until(() => manager.processOf(id)?.pid !== pid);
    await this.release(index);
  }

  async terminate(index: number): Promise<void> {
    const id = this.#id(index);
    await this.#unlessLeased(id, this.#scene.manager.terminate(id));
  }

  async discard(index: number): Promise<void> {
    const id = this.#id(index);
    await this.#unlessLeased(id, this.#scene.manager.discard(id));
    if (!this.#leases.has(id)) this.#said.delete(id);
  }

  async refill(): Promise<void> {
    await this.#scene.manager.refill();
  }

  async setMode(mode: PoolMode): Promise<void> {
    await this.#scene.manager.setMode(mode);
  }

  /** What must hold at any time. */
  async check(): Promise<void> {
    this.#scene.now += 1;
    const { manager } = this.#scene;
    const count = manager.size + manager.spares;
    assert(count <= this.#allowed, `${count} processes, ${this.#allowed} are allowed`);
    assert.deepEqual(this.#forks, []);
    const pids = await this.#scene.pids();
    for (const [id, { pid }] of this.#leases) {
      assert.deepEqual(manager.processOf(id), { state: "ready", pid });
      assert(pids.includes(pid), `${id} is leased and has no process`);
    }
    assert.deepEqual(this.#scene.errors, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scene[Symbol.asyncDispose]();
  }

  async #unlessLeased(id: string, doing: Promise<unknown>): Promise<void> {
    if (this.#leases.has(id)) await assert.rejects(doing, { code: "conflict" });
    else await doing;
  }

  #id(index: number): string {
    return this.#ids[index] ?? assert.fail(`there is no session ${index}`);
  }
}
