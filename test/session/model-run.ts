import assert from "node:assert/strict";
import { until } from "../until.ts";
import type { Leased } from "./acquire.ts";
import { say, sayAndDie } from "./drive.ts";
import { type Scene, setScene } from "./scene.ts";
import { type ModelSession, SessionsModel } from "./sessions-model.ts";

/** A session manager beside its model; everything that is done is done to both. */
export class ModelRun implements AsyncDisposable {
  readonly model: SessionsModel;
  readonly #scene: Scene;
  readonly #ids: readonly string[];
  readonly #leases = new Map<number, Leased>();
  /** Sessions of which two processes lived at once, however briefly. */
  readonly #forks: readonly string[];

  static async start(count: number, maxSessions: number): Promise<ModelRun> {
    const living = new Set<string>();
    const forks: string[] = [];
    const scene = await setScene({
      maxSessions,
      onState: ({ sessionId: id, from, to }) => {
        if (id === undefined) return;
        if (from === "starting" && living.has(id)) forks.push(id);
        if (to === "dead") living.delete(id);
        else living.add(id);
      },
    });
    const ids: string[] = [];
    while (ids.length < count) ids.push(await scene.session(ids.length + 1));
    return new ModelRun(scene, ids, forks, new SessionsModel(count, maxSessions));
  }

  private constructor(scene: Scene, ids: string[], forks: string[], model: SessionsModel) {
    this.#scene = scene;
    this.#ids = ids;
    this.#forks = forks;
    this.model = model;
  }

  /** Acquires sessions at once, in this order. */
  async acquire(...indexes: number[]): Promise<void> {
    await Promise.all(
      indexes.map(async (index) => {
        const { session, id } = this.#at(index);
        if (session.leased) {
          return await assert.rejects(this.#scene.acquire(id), { code: "conflict" });
        }
        const before = session.pid;
        const expected = this.model.acquire(session);
        const lease = await this.#scene.acquire(id);
        assert.equal(lease.start, expected);
        if (expected === "warm") assert.equal(lease.pid, before);
        session.pid = lease.pid;
        this.#leases.set(index, lease);
      }),
    );
  }

  async turn(index: number, text: string): Promise<void> {
    const { session, id } = this.#at(index);
    session.said.push(text);
    assert.equal((await say(this.#lease(index), text)).said, session.said.join("\n"));
    session.conversation ??= (await this.#scene.record(id)).conversation?.id;
  }

  /** A turn in the middle of which the process dies. */
  async fatalTurn(index: number): Promise<void> {
    const { session, id } = this.#at(index);
    session.said.push("die");
    await sayAndDie(this.#lease(index));
    session.conversation ??= (await this.#scene.record(id)).conversation?.id;
    session.pid = undefined;
    this.release(index);
  }

  release(index: number): void {
    this.model.release(this.#at(index).session);
    this.#lease(index)[Symbol.dispose]();
    this.#leases.delete(index);
  }

  async kill(index: number): Promise<void> {
    const { session, id } = this.#at(index);
    process.kill(session.pid ?? 0, "SIGKILL");
    await until(() => this.#scene.manager.processOf(id) === undefined);
    session.pid = undefined;
    if (session.leased) this.release(index);
  }

  async terminate(index: number): Promise<void> {
    const { session, id } = this.#at(index);
    const ending = this.#scene.manager.terminate(id);
    if (session.leased) return await assert.rejects(ending, { code: "conflict" });
    assert.equal(await ending, session.pid !== undefined);
    session.pid = undefined;
  }

  /** Acquires a session while its process still ends. */
  async restart(index: number): Promise<void> {
    const { session, id } = this.#at(index);
    const ending = this.#scene.manager.terminate(id);
    session.pid = undefined;
    await Promise.all([ending, this.acquire(index)]);
  }

  async hibernateIdle(timeout: number): Promise<void> {
    const count = await this.#scene.manager.hibernateIdle(timeout);
    assert.equal(count, this.model.hibernateIdle(timeout));
  }

  /** Time passes with each step, so that no two uses are at the same time. */
  tick(): void {
    this.model.now += 1;
    this.#scene.now = this.model.now;
  }

  /** What must hold at any time. */
  async check(): Promise<void> {
    const { manager } = this.#scene;
    const { sessions, living, allowed } = this.model;
    const pids = living.map(({ pid }) => pid).toSorted();
    assert.deepEqual((await this.#scene.pids()).toSorted(), pids);
    assert.equal(manager.size, pids.length);
    assert(pids.length <= allowed, `${pids.length} processes, ${allowed} are allowed`);
    assert.deepEqual(this.#forks, []);
    for (const [index, { pid, conversation }] of sessions.entries()) {
      const id = this.#ids[index] ?? "";
      const expected = pid === undefined ? undefined : { state: "ready", pid };
      assert.deepEqual(manager.processOf(id), expected);
      assert.equal((await this.#scene.record(id)).conversation?.id, conversation);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scene[Symbol.asyncDispose]();
  }

  #at(index: number): { session: ModelSession; id: string } {
    const session = this.model.sessions[index];
    const id = this.#ids[index];
    assert(session !== undefined && id !== undefined);
    return { session, id };
  }

  #lease(index: number): Leased {
    return this.#leases.get(index) ?? assert.fail(`session ${index} is not leased`);
  }
}
