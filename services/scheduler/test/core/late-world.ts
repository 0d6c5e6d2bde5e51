import { expect } from "vitest";
import { reorder } from "../../src/domain/core/amend.js";
import { cancelJob } from "../../src/domain/core/cancel.js";
import { claimBest, claimById } from "../../src/domain/core/claim.js";
import { committed } from "../../src/domain/core/core.js";
import { deleteOpen } from "../../src/domain/core/delete.js";
import { dispatch, serveOrWait } from "../../src/domain/core/dispatch.js";
import { handleDue } from "../../src/domain/core/due.js";
import type { FinalState, LiveAttempt } from "../../src/domain/core/model.js";
import { claimable } from "../../src/domain/core/peek.js";
import { finishAttempt } from "../../src/domain/core/report.js";
import { setLimits, setQueue } from "../../src/domain/core/steer.js";
import type { Decision, Write } from "../../src/domain/core/writes.js";
import type { Command } from "./core-commands.js";
import { CoreWorld, type TestWaiter } from "./core-world.js";
import { pickItems } from "./pick-items.js";
import { refusalOf } from "./refusal-of.js";
import { outcomeOf, profileOf } from "./test-jobs.js";

const lanes = ["submit", "claim", "report"] as const;

/** What the tables would say: which jobs are stored, what is held, how jobs have ended. */
interface Stored {
  readonly open: Set<number>;
  readonly ended: Map<number, FinalState>;
  /** Attempts that were decided and whose end is not stored. */
  readonly held: Map<number, LiveAttempt>;
}

/**
 * A core whose writes become durable late and in any order between the lanes, each lane in its own order, as with three connections. Checks what must hold at
 * every moment; what is decided exactly is compared elsewhere.
 */
export class LateWorld {
  readonly #world = new CoreWorld();
  readonly #stored: Stored = { open: new Set(), ended: new Map(), held: new Map() };
  readonly #onTheWay: Record<(typeof lanes)[number], Write[]> = { submit: [], claim: [], report: [] };
  #waiting: TestWaiter[] = [];

  /** Does one step. A step about a job with a write on the way does nothing: whoever asks, waits and asks again. */
  apply(command: Command): void {
    const { space, state, now } = this.#world;
    switch (command.do) {
      case "submit":
        this.#submit(command);
        break;
      case "claim": {
        const waiter = this.#world.waiter(command.profile, command.max);
        const write = claimBest(now, waiter);
        waiter.end();
        this.#push(write ? [write] : []);
        break;
      }
      case "wait": {
        const waiter = this.#world.waiter(command.profile, command.max);
        this.#waiting.push(waiter);
        const write = serveOrWait(now, waiter);
        this.#push(write ? [write] : []);
        break;
      }
      case "stop-waiting":
        for (const waiter of this.#waiting.splice(command.pick % (this.#waiting.length + 1), 1)) waiter.end();
        return;
      case "claim-by-id": {
        const waiter = this.#world.waiter(profileOf({ kinds: [] }));
        this.#decide(command.pick, (serial) => claimById(now, space.job(serial), waiter));
        waiter.end();
        break;
      }
      case "finish": {
        const running = [...this.#stored.held.values()].filter(({ job }) => job.phase === "running" && !job.pending);
        const attempt = running[command.pick % running.length];
        if (!attempt) return;
        this.#push([finishAttempt(now, attempt, outcomeOf(command.kind, { retryDelayMs: command.delayMs }))]);
        break;
      }
      case "cancel": {
        const request = { immediate: true, expected: [], actor: "", message: "", as: "CANCELLED" } as const;
        this.#decide(command.pick, (serial) => cancelJob(now, this.#world.job(serial), request));
        break;
      }
      case "delete":
        this.#decide(command.pick, (serial) => deleteOpen(now, this.#world.job(serial), ""));
        break;
      case "reorder": {
        const place = { rankClass: command.rankClass, rank: command.rank, weight: 1 };
        this.#decide(command.pick, (serial) => reorder(now, this.#world.job(serial), place, 0));
        break;
      }
      case "limit":
        this.#push(dispatch(now, setLimits(space, now, [command])));
        break;
      case "queue":
        this.#push(dispatch(now, setQueue(space, command.name, command.settings)));
        break;
      case "pass":
        this.#world.now += command.ms;
        this.#push(handleDue(state, this.#world.now));
        break;
    }
  }

  /** The next write of a lane becomes durable, if there is one. */
  commit(lane: number): boolean {
    const write = this.#onTheWay[lanes[lane % lanes.length] as (typeof lanes)[number]].shift();
    if (!write) return false;
    this.#store(write);
    this.#push(committed(this.#world.state, this.#world.now, write));
    return true;
  }

  /** Everything that is on the way, and all that follows from it, becomes durable. */
  commitAll(): void {
    while (lanes.map((_, lane) => this.commit(lane)).includes(true));
  }

  /** What holds at every moment, whatever is on the way. */
  check(): void {
    const { space, now } = this.#world;
    for (const key of space.limits.keys()) {
      if (key.sort !== "concurrency") continue;
      const holders = [...this.#stored.held.values()].filter(({ seats }) => seats.includes(key));
      expect(new Set(key.holders), `holders of ${key.name}`).toEqual(new Set(holders));
    }
    for (const waiter of this.#waiting) {
      if (waiter.wants() > 0) expect([...claimable(now, space, waiter.profile)], "work for one who waits").toEqual([]);
    }
    const { open } = this.#stored;
    const admitting = this.#onTheWay.submit.reduce(
      (n, write) => n + (write.lane === "submit" ? write.jobs.length : 0),
      0,
    );
    expect(space.openJobs, "open jobs").toBe(open.size + admitting);
  }

  /** Without limits, every job starts and ends sooner or later, and nothing is left behind. */
  finish(): void {
    const { space } = this.#world;
    this.commitAll();
    for (const key of [...space.limits.limits.keys()])
      this.apply({ do: "limit", key, spec: { seats: undefined, ratePerSecond: undefined, burst: 1 } });
    for (const { name, settings } of [...space.shapes.queues.values()])
      this.apply({ do: "queue", name, settings: { ...settings, paused: false } });
    for (let round = 0; this.#stored.open.size > 0; round++) {
      expect(round, "rounds until all is done").toBeLessThan(100);
      this.apply({ do: "claim", profile: profileOf({ labels: { gpu: "1", zone: "eu" } }), max: 1_000 });
      this.commitAll();
      for (const { job } of [...this.#stored.held.values()])
        if (job.live && !job.pending) this.#push([finishAttempt(this.#world.now, job.live, outcomeOf("SUCCEEDED"))]);
      this.commitAll();
      this.apply({ do: "pass", ms: 2_000 });
      this.commitAll();
      this.check();
    }
    expect(space.openJobs).toBe(0);
    expect([...space.objects()]).toEqual([]);
    expect(space.children.size).toBe(0);
    for (const { sort, buckets, waiting } of space.limits.keys())
      expect([sort, buckets.size, waiting]).toEqual(["rate", 0, 0]);
    for (const queue of space.shapes.queues.values()) {
      const nothing = { blocked: 0, scheduled: 0, queued: 0, claimed: 0, started: 0 };
      expect([queue.counts, queue.groups, queue.admitting]).toEqual([nothing, 0, 0]);
      for (const lane of queue.lanes) expect([lane.size, lane.head]).toEqual([0, undefined]);
    }
    for (const timers = this.#world.state.timers; timers.size > 0; )
      expect(timers.take(Number.POSITIVE_INFINITY)?.type, "timers left").toBe("refill");
  }

  #submit(command: Extract<Command, { do: "submit" }>): void {
    const known = [...this.#stored.open, ...this.#stored.ended.keys()];
    const items = pickItems(command, known, this.#world.now);
    refusalOf(() => this.#push([this.#world.submit(items, this.#stored.ended).write]));
  }

  #decide(pick: number, decide: (serial: number) => Decision<unknown>): void {
    const jobs = [...this.#stored.open];
    const serial = jobs[pick % jobs.length];
    if (serial === undefined) return;
    const decision = decide(serial);
    if ("writes" in decision) this.#push(decision.writes);
  }

  /** Writes were decided: what they hand out must be there to be had. */
  #push(writes: readonly Write[]): void {
    for (const write of writes) {
      this.#onTheWay[write.lane].push(write);
      const attempts = write.lane === "report" ? [] : write.attempts;
      for (const attempt of attempts) this.#handedOut(attempt, write.lane === "submit");
    }
  }

  #handedOut(attempt: LiveAttempt, withSubmit: boolean): void {
    const { serial, parents, storedParents } = attempt.job;
    expect(this.#stored.held.has(serial), `job ${serial} is held`).toBe(false);
    expect(this.#stored.open.has(serial), `job ${serial} is stored`).toBe(!withSubmit);
    expect([parents, storedParents]).toEqual([[], []]);
    this.#stored.held.set(serial, attempt);
    for (const { name, sort, spec, holders } of attempt.seats) {
      if (sort === "concurrency") expect(holders.size, `seats of ${name}`).toBeLessThanOrEqual(spec.seats ?? 1e9);
    }
  }

  #store(write: Write): void {
    const { open, ended, held } = this.#stored;
    if (write.lane === "submit") for (const { job } of write.jobs) open.add(job.serial);
    if (write.lane !== "report") return;
    for (const { job, attempt, final } of write.ends) {
      expect(held.get(job.serial), `the attempt of job ${job.serial} that ends`).toBe(attempt);
      held.delete(job.serial);
      if (final) ended.set(job.serial, final.state);
      if (final) open.delete(job.serial);
    }
    for (const { serial } of write.deletes) {
      held.delete(serial);
      open.delete(serial);
    }
  }
}
