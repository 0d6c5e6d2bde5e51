import { expect } from "vitest";
import type { ParentRequest } from "../../src/domain/core/admit.js";
import { cancelJob } from "../../src/domain/core/cancel.js";
import { claimBest, claimById } from "../../src/domain/core/claim.js";
import { deleteOpen } from "../../src/domain/core/delete.js";
import { dispatch, serveOrWait } from "../../src/domain/core/dispatch.js";
import { reorder } from "../../src/domain/core/amend.js";
import { handleDue } from "../../src/domain/core/due.js";
import type { LiveAttempt, FinalState } from "../../src/domain/core/model.js";
import { compareOrder } from "../../src/domain/core/order.js";
import { claimable } from "../../src/domain/core/peek.js";
import { inOrder } from "../../src/domain/core/position.js";
import { finishAttempt } from "../../src/domain/core/report.js";
import { setLimits, setQueue } from "../../src/domain/core/steer.js";
import type { Decision, ReportWrite, SubmitWrite, Write } from "../../src/domain/core/writes.js";
import type { Command } from "./core-commands.js";
import { CoreWorld, outcomeOf, profileOf, type TestJob, type TestWaiter } from "./core-world.js";
import { fits, type ModelJob, NaiveModel, refusalOf } from "./naive-model.js";

/** A core beside the naive model: every decision of the core must be the one that the model comes to. */
export class CheckedWorld {
  readonly #world = new CoreWorld();
  readonly #model = new NaiveModel();
  #waiting: { readonly waiter: TestWaiter; wants: number }[] = [];

  /** Does one step in both, and compares. */
  apply(command: Command): void {
    switch (command.do) {
      case "submit":
        this.#submit(command.jobs);
        break;
      case "claim":
        this.#claim(command.profile, command.max);
        break;
      case "wait":
        this.#wait(command.profile, command.max);
        break;
      case "stop-waiting":
        this.#stopWaiting(command.pick);
        break;
      case "claim-by-id":
        this.#claimById(command.pick);
        break;
      case "finish":
        this.#finish(command);
        break;
      case "cancel":
        this.#decideAbout(command.pick, (job) => {
          const request = { immediate: true, expected: [], actor: "", message: "", as: "CANCELLED" } as const;
          return cancelJob(this.#world.now, this.#world.job(job.serial), request);
        });
        break;
      case "delete":
        this.#decideAbout(command.pick, (job) => deleteOpen(this.#world.now, this.#world.job(job.serial), ""));
        break;
      case "reorder": {
        const { pick, rankClass, rank } = command;
        this.#decideAbout(pick, (job) =>
          reorder(this.#world.now, this.#world.job(job.serial), { rankClass, rank, weight: job.weight }, 0),
        );
        break;
      }
      case "limit": {
        const { key, spec } = command;
        this.#model.setLimit(key, spec, this.#world.now);
        this.#perform(dispatch(this.#world.now, setLimits(this.#world.space, this.#world.now, [{ key, spec }])));
        break;
      }
      case "queue":
        this.#model.setQueue(command.name, command.settings);
        this.#perform(dispatch(this.#world.now, setQueue(this.#world.space, command.name, command.settings)));
        break;
      case "pass":
        this.#world.now += command.ms;
        this.#perform(handleDue(this.#world.state, this.#world.now));
        break;
    }
  }

  /** Compares what both hold, but for the order of the line, which claims compare. */
  compare(): void {
    const { now, space } = this.#world;
    agree("open jobs", space.openJobs, this.#model.jobs.size);
    for (const job of this.#model.jobs.values()) this.#compareJob(job);
    for (const queue of space.shapes.queues.values()) this.#compareQueue(queue.name);
    for (const key of space.limits.keys()) {
      const { sort, name, holders, spec, waiting } = key;
      if (sort === "concurrency") agree(`seats of ${name}`, holders.size, this.#model.seatsUsed(name));
      else if (spec.ratePerSecond !== undefined)
        agree(`tokens of ${name}`, key.level(now), this.#model.level(name, now));
      agree(`waiting for ${name}`, waiting, this.#model.inLineFor(sort, name));
    }
    // Whoever waits, waits because there is nothing for him.
    for (const { waiter, wants } of this.#waiting) {
      if (wants > 0) agree("work for one who waits", this.#model.best(waiter.spec, now)?.serial, undefined);
      agree("wants", waiter.wants(), wants);
    }
    const peeked = [...claimable(now, space, space.profileFor(anything))].map((slot) => space.table.serial[slot]);
    agree(
      "claimable jobs",
      peeked,
      this.#model.claimable(anything, now).map(({ serial }) => serial),
    );
  }

  #compareJob(job: ModelJob): void {
    const { phase, live, attempt, rank, rankClass, parents, storedParents } = this.#world.job(job.serial);
    // Nobody waits for what has come.
    const waitsForNothing =
      (job.state === "blocked" && job.parents.length === 0) ||
      (job.state === "scheduled" && job.readyAt <= this.#world.now);
    agree("waits for nothing", waitsForNothing, false);
    const state = { waiting: "queued", running: "running", blocked: "blocked", scheduled: "scheduled", aside: "" };
    agree(
      `job ${job.serial}`,
      [phase, live !== undefined, attempt, rank, rankClass, parents, storedParents],
      [
        ...[state[job.state], job.state === "running", job.attempt, job.rank, job.rankClass],
        ...[job.parents, job.parents.length],
      ],
    );
  }

  /** Takes every limit away and claims everything: what was in line comes out, in the order of the model. */
  drain(): void {
    for (const key of [...this.#model.limits.keys()])
      this.apply({ do: "limit", key, spec: { seats: undefined, ratePerSecond: undefined, burst: 1 } });
    for (const { name, settings } of [...this.#world.space.shapes.queues.values()])
      this.apply({ do: "queue", name, settings: { ...settings, paused: false } });
    this.compare();
    this.apply({ do: "claim", profile: anything, max: this.#model.jobs.size });
    agree("jobs left in line", this.#model.in("waiting"), []);
    this.compare();
    for (const job of this.#model.in("running")) {
      if (this.#model.jobs.has(job.serial))
        this.#perform([finishAttempt(this.#world.now, this.#world.live(job.serial), outcomeOf("SUCCEEDED"))]);
    }
    this.compare();
  }

  #compareQueue(name: string): void {
    const { space } = this.#world;
    const queue = space.shapes.queue(name);
    const jobs = [...this.#model.jobs.values()].filter((job) => job.queue === name);
    const count = (state: ModelJob["state"]) => jobs.filter((job) => job.state === state).length;
    const { blocked, scheduled, queued, claimed, started } = queue.counts;
    agree(
      `counts of ${name}`,
      [blocked, scheduled, queued, claimed + started, queue.admitting],
      [count("blocked"), count("scheduled"), count("waiting"), count("running"), 0],
    );
    const inLine = jobs.filter(({ state }) => state === "waiting" || state === "running").sort(compareOrder);
    agree(
      `order of ${name}`,
      [...inOrder(space, queue)].map((slot) => space.table.serial[slot]),
      inLine.map(({ serial }) => serial),
    );
  }

  #submit(
    jobs: readonly (TestJob & { readonly after: Extract<Command, { do: "submit" }>["jobs"][number]["after"] })[],
  ): void {
    const known = [...this.#model.jobs.keys(), ...this.#model.ended.keys()];
    const items = jobs.map(({ after, ...job }, i): TestJob => {
      const parents = new Map<string, ParentRequest>();
      for (const { of, pick, satisfiedBy, otherwise } of after) {
        // Only earlier items: circles have a test of their own.
        if (of === "item" && i > 0) parents.set(`item ${pick % i}`, { item: pick % i, satisfiedBy, otherwise });
        const serial = known[pick % known.length];
        if (of === "job" && serial) parents.set(`job ${serial}`, { serial, satisfiedBy, otherwise });
      }
      const readyAt = job.readyAt ? this.#world.now + job.readyAt : 0;
      return { ...job, readyAt, parents: [...parents.values()] };
    });
    const queues = new Set(items.map(({ queue = "" }) => queue));
    const refusals = [...queues].map((name) =>
      this.#model.refusal(name, items.filter(({ queue }) => queue === name).length),
    );
    const expected = refusals.find((reason) => reason !== undefined);
    let submitted: ReturnType<CoreWorld["submit"]> | undefined;
    const refusal = refusalOf(() => {
      submitted = this.#world.submit(items, this.#model.ended);
    });
    agree("refusal", refusal, expected);
    if (!submitted) return;
    for (const [i, item] of items.entries()) this.#admit(submitted.serials, submitted.serials[i] as number, item);
    this.#perform([submitted.write]);
  }

  #admit(serials: readonly number[], serial: number, item: TestJob): void {
    const { queue = "", kind = "", requiredLabels = {}, laneLabels = {}, concurrencyKeys = [], rateKeys = [] } = item;
    const { fairnessKey = "", rankClass = 0, rank = 0, weight = 1, readyAt = 0 } = item;
    const job: ModelJob = {
      ...{ serial, queue, kind, requiredLabels, laneLabels, concurrencyKeys, rateKeys, fairnessKey },
      ...{ rankClass, rank, weight, readyAt, parents: [], state: "aside", failedBy: undefined, attempt: 0 },
    };
    for (const request of item.parents ?? []) {
      const parent = "item" in request ? (serials[request.item] as number) : request.serial;
      const { satisfiedBy, otherwise } = request;
      const end = this.#model.ended.get(parent);
      if (end && satisfiedBy.includes(end)) continue;
      const edge = { parent, satisfiedBy, otherwise };
      job.parents.push(edge);
      if (end) job.failedBy ??= edge;
    }
    this.#model.jobs.set(serial, job);
  }

  #claim(profile: ReturnType<typeof profileOf>, max: number): void {
    const waiter = this.#world.waiter(profile, max);
    const write = claimBest(this.#world.now, waiter);
    waiter.end();
    const granted = write?.attempts.length ?? 0;
    this.#perform(write ? [write] : []);
    agree("leases", waiter.delivered.length, granted);
    if (granted < max) agree("work left", this.#model.best(profile, this.#world.now)?.serial, undefined);
  }

  #wait(profile: ReturnType<typeof profileOf>, max: number): void {
    const waiter = this.#world.waiter(profile, max);
    const write = serveOrWait(this.#world.now, waiter);
    this.#waiting.push({ waiter, wants: max });
    this.#perform(write ? [write] : []);
  }

  #stopWaiting(pick: number): void {
    const [gone] = this.#waiting.splice(pick % Math.max(1, this.#waiting.length), 1);
    gone?.waiter.end();
  }

  #claimById(pick: number): void {
    const jobs = [...this.#model.jobs.values()];
    const job = jobs[pick % jobs.length];
    if (!job) return;
    const waiter = this.#world.waiter(profileOf({ kinds: [] }), 1);
    const { now } = this.#world;
    const may =
      job.state === "waiting" && !this.#model.queue(job.queue).settings.paused && this.#model.hasRoom(job, now);
    const decision = claimById(now, this.#world.space.job(job.serial), waiter);
    waiter.end();
    if ("waitFor" in decision) throw new Error("nothing is on the way");
    agree("refused", "refused" in decision.answer, !may);
    this.#perform(decision.writes, true);
    agree("leases", waiter.delivered.length, may ? 1 : 0);
  }

  #finish({ pick, kind, delayMs }: Extract<Command, { do: "finish" }>): void {
    const running = this.#model.in("running");
    const job = running[pick % running.length];
    if (!job) return;
    const outcome = outcomeOf(kind, { retryDelayMs: delayMs, toFront: delayMs % 7 === 1 });
    this.#perform([finishAttempt(this.#world.now, this.#world.live(job.serial), outcome)]);
  }

  #decideAbout(pick: number, decide: (job: ModelJob) => Decision<unknown>): void {
    const jobs = [...this.#model.jobs.values()];
    const job = jobs[pick % jobs.length];
    if (!job) return;
    const decision = decide(job);
    if ("waitFor" in decision) throw new Error("nothing is on the way");
    this.#perform(decision.writes);
  }

  /** Makes writes durable one after the other; what each decides is compared when it is decided, before anything else becomes durable. */
  #perform(writes: readonly Write[], byId = false): void {
    for (const write of writes) this.#decided(write, byId);
    this.#world.perform(
      writes,
      (write) => this.#committing(write),
      (following) => {
        for (const write of following) this.#decided(write, false);
      },
    );
  }

  #decided(write: Write, byId: boolean): void {
    if (write.lane === "submit") this.#handedOver(write);
    if (write.lane === "claim") for (const attempt of write.attempts) this.#claimed(attempt, byId);
    if (write.lane !== "report") return;
    const ending = new Set(write.ends.map(({ job, final }) => (final ? job.serial : 0)));
    for (const { job, parents, readyAt } of write.releases) {
      const known = this.#model.jobs.get(job.serial) as ModelJob;
      const left = known.parents.filter(({ parent }) => !ending.has(parent));
      agree("released", known.state === "blocked" || known.state === "scheduled", true);
      agree("parents left", parents, left);
      const readyNow = left.length === 0 && known.readyAt <= this.#world.now;
      agree("ready", readyAt, readyNow ? 0 : known.readyAt);
    }
    for (const { job } of [...write.ends, ...write.releases, ...write.amends, ...write.deletes]) {
      const known = job && this.#model.jobs.get(job.serial);
      if (known && known.state !== "running") known.state = "aside";
    }
  }

  /** Jobs that runners were waiting for, the best first, each to who has waited longest. */
  #handedOver({ jobs, attempts }: SubmitWrite): void {
    const left = [...attempts];
    const admitted = jobs.map(({ job }) => this.#model.jobs.get(job.serial) as ModelJob).sort(compareOrder);
    for (const job of admitted) {
      const isReady = job.parents.length === 0 && !job.failedBy && job.readyAt <= this.#world.now;
      if (!isReady || job.rateKeys.length > 0 || !this.#model.hasRoom(job, this.#world.now)) continue;
      if (this.#model.queue(job.queue).settings.paused) continue;
      if (this.#model.in("waiting").some((other) => laneOf(other) === laneOf(job)) || !this.#longest(job)) continue;
      const attempt = left.shift();
      agree("handed over", attempt?.job.serial, job.serial);
      this.#granted(attempt as LiveAttempt, job);
      this.#model.take(job, this.#world.now, false);
    }
    agree(
      "handed over too",
      left.map((attempt) => attempt.job.serial),
      [],
    );
  }

  #claimed(attempt: LiveAttempt, byId: boolean): void {
    const job = this.#model.jobs.get(attempt.job.serial) as ModelJob;
    const { spec } = attempt.claimant as TestWaiter;
    if (!byId) agree("claimed", job.serial, this.#model.best(spec, this.#world.now)?.serial);
    this.#granted(attempt, job);
    this.#model.take(job, this.#world.now, true);
  }

  /** Of those who wait, who has waited longest is served. Where turns are shared, what he waits for may be somebody else's turn. */
  #granted({ claimant }: LiveAttempt, job: ModelJob): void {
    const mine = this.#waiting.find(({ waiter }) => waiter === claimant);
    if (!mine) return;
    agree("wanted it", mine.wants > 0, true);
    if (!this.#model.sharesTurns())
      agree("waits since", mine.waiter.waitingSince, this.#longest(job)?.waiter.waitingSince);
    mine.wants--;
  }

  #longest(job: ModelJob) {
    const fitting = this.#waiting.filter(({ waiter, wants }) => wants > 0 && fits(waiter.spec, job));
    return fitting.sort((a, b) => a.waiter.waitingSince - b.waiter.waitingSince)[0];
  }

  #committing(write: Write): void {
    if (write.lane === "submit") {
      for (const { job } of write.jobs) {
        const known = this.#model.jobs.get(job.serial) as ModelJob;
        if (known.state !== "running") this.#settle(known);
      }
    }
    if (write.lane === "report") this.#reported(write);
  }

  #reported({ ends, releases, amends, deletes }: ReportWrite): void {
    for (const { job, final, readyAt, rank } of ends) {
      const known = this.#model.jobs.get(job.serial) as ModelJob;
      if (final) this.#over(job.serial, final.state);
      else this.#settle(Object.assign(known, { readyAt, rank }));
    }
    for (const { job, rankClass, rank } of amends) {
      const known = Object.assign(this.#model.jobs.get(job.serial) as ModelJob, { rankClass, rank });
      if (known.state === "aside") this.#settle(known);
    }
    for (const { job, parents, readyAt } of releases) {
      this.#settle(Object.assign(this.#model.jobs.get(job.serial) as ModelJob, { readyAt }), parents.length > 0);
    }
    for (const { serial } of deletes) {
      this.#over(serial, "CANCELLED");
      this.#model.ended.delete(serial);
    }
  }

  #over(serial: number, state: FinalState): void {
    this.#model.jobs.delete(serial);
    this.#model.ended.set(serial, state);
    for (const child of this.#model.jobs.values()) {
      const edge = child.parents.find(({ parent }) => parent === serial);
      if (!edge) continue;
      if (edge.satisfiedBy.includes(state)) child.parents = child.parents.filter((other) => other !== edge);
      else child.failedBy ??= edge;
    }
  }

  #settle(job: ModelJob, wasBlocked = false): void {
    if (wasBlocked || job.parents.length > 0) job.state = "blocked";
    else if (job.readyAt > 0) job.state = "scheduled";
    else this.#model.enter(job);
  }
}

/** `expect` costs more than everything else here together, so it is asked only for the words of a difference. */
function agree(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected || JSON.stringify(actual) === JSON.stringify(expected)) return;
  expect(actual, what).toEqual(expected);
}

const anything = profileOf({ labels: { gpu: "1", zone: "eu" } });

function laneOf({ queue, kind, requiredLabels, laneLabels }: ModelJob): string {
  return JSON.stringify([queue, kind, requiredLabels, laneLabels]);
}
