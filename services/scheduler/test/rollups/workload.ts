import { reasonOf } from "@switchyard/errors";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { anyKind, item, repeating, type TestScheduler } from "../setup.js";

/** Numbers in [0, 1) from a seed (mulberry32), so that a failing run can be run again. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Does everything that changes sums, by chance: submits, claims, all sorts of ends, cancels, retries and deletions. */
export class Workload {
  readonly #ids: string[] = [];

  constructor(
    readonly namespace: string,
    private readonly chance: () => number,
  ) {}

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.chance() * from.length)] as T;
  }

  /** So many steps, one after the other, on the system as it is at each of them. */
  async run(steps: number, system: () => TestScheduler): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#step(system());
  }

  async #step(system: TestScheduler): Promise<void> {
    const { namespace } = this;
    const dice = this.chance();
    if (dice < 0.35 || this.#ids.length === 0) {
      const items = Array.from({ length: 1 + Math.floor(this.chance() * 5) }, () =>
        item({
          queue: this.#pick(["alpha", "beta"]),
          kind: this.#pick(["k.a", "k.b", "ключ"]),
          subject: this.#pick(["", "", "s1", "s2", "предмет"]),
          // What is held stays held, however long all of this takes.
          policies: { maxAttempts: 2, lease: { seconds: 3_600n } },
        }),
      );
      // Named, so that a repeat after a lost answer makes nothing twice.
      const requestId = `${namespace}-${this.#ids.length}-${this.chance()}`;
      const { jobs } = await repeating(() => system.jobs.submitJobs({ namespace, requestId, items }));
      this.#ids.push(...jobs.map(({ jobId }) => jobId));
    } else if (dice < 0.75) {
      const runnerId = this.#pick(["r1", "r2", "r3"]);
      const { leases } = await repeating(() =>
        system.dispatch.claimJobs({ namespace, runnerId, profile: anyKind, maxJobs: 4 }),
      );
      const reports = leases.slice(0, 3).map(({ jobId, attempt: value }) => ({
        namespace,
        attempt: { jobId, by: { case: "attempt" as const, value } },
        report: { case: "outcome" as const, value: this.#outcome() },
      }));
      if (reports.length > 0) await repeating(() => system.dispatch.reportAttempts({ reports }));
    } else if (dice < 0.83) {
      const mode = this.chance() < 0.5 ? CancelMode.IMMEDIATE : CancelMode.CONFIRMED;
      await repeating(() => system.jobs.cancelJobs({ namespace, jobIds: [this.#pick(this.#ids)], mode }));
    } else if (dice < 0.93) {
      await repeating(() => system.jobs.retryJobs({ namespace, jobIds: [this.#pick(this.#ids)] }));
    } else {
      const jobId = this.#pick(this.#ids);
      await repeating(() => system.jobs.deleteJobs({ namespace, jobIds: [jobId] })).catch((error: unknown) => {
        if (reasonOf(error) !== "JOB_NOT_FOUND") throw error;
      });
    }
  }

  #outcome() {
    const kind = this.#pick([
      Outcome_Kind.SUCCEEDED,
      Outcome_Kind.SUCCEEDED,
      Outcome_Kind.FAILED,
      Outcome_Kind.RELEASED,
      Outcome_Kind.TIMED_OUT,
    ]);
    const code = this.#pick(["", "ok", "line\nend", "build-failed"]);
    return {
      kind,
      retryable: this.chance() < 0.5,
      ...(code !== "" && { labels: { code, other: "x" } }),
      ...(this.chance() < 0.5 && {
        metrics: { cost: this.chance() * 10, "tokens.in": Math.floor(this.chance() * 100) },
      }),
    };
  }
}
