import type { FinalState, LiveAttempt } from "../../src/domain/core/model.js";
import { compareOrder } from "../../src/domain/core/order.js";
import type { ReportWrite, SubmitWrite, Write } from "../../src/domain/core/writes.js";
import { agree } from "./agree.js";
import { CoreWorld, type TestWaiter } from "./core-world.js";
import { fits, type ModelJob, NaiveModel } from "./naive-model.js";
import type { TestJob } from "./test-jobs.js";

/** Lets the model do what the core's writes say, and compares each decision with the model's own. */
export class ModelFollower {
  readonly world = new CoreWorld();
  readonly model = new NaiveModel();
  /** Runners that wait, and how much for. */
  waiting: { readonly waiter: TestWaiter; wants: number }[] = [];

  /** A job is going to be admitted. */
  admit(serials: readonly number[], serial: number, item: TestJob): void {
    const { queue = "", kind = "", requiredLabels = {}, laneLabels = {}, concurrencyKeys = [], rateKeys = [] } = item;
    const { fairnessKey = "", rankClass = 0, rank = 0, weight = 1, readyAt = 0 } = item;
    const job: ModelJob = {
      ...{ serial, queue, kind, requiredLabels, laneLabels, concurrencyKeys, rateKeys, fairnessKey },
      ...{ rankClass, rank, weight, readyAt, parents: [], state: "aside", failedBy: undefined, attempt: 0 },
    };
    for (const request of item.parents ?? []) {
      const parent = "item" in request ? (serials[request.item] as number) : request.serial;
      const { satisfiedBy, otherwise } = request;
      const end = this.model.ended.get(parent);
      if (end && satisfiedBy.includes(end)) continue;
      const edge = { parent, satisfiedBy, otherwise };
      job.parents.push(edge);
      if (end) job.failedBy ??= edge;
    }
    this.model.jobs.set(serial, job);
  }

  /** A write was decided: what it takes is gone from the line. */
  decided(write: Write, byId: boolean): void {
    if (write.lane === "submit") this.#handedOver(write);
    if (write.lane === "claim") for (const attempt of write.attempts) this.#claimed(attempt, byId);
    if (write.lane !== "report") return;
    const ending = new Set(write.ends.map(({ job, final }) => (final ? job.serial : 0)));
    for (const { job, parents, readyAt } of write.releases) {
      const known = this.model.jobs.get(job.serial) as ModelJob;
      const left = known.parents.filter(({ parent }) => !ending.has(parent));
      agree("released", known.state === "blocked" || known.state === "scheduled", true);
      agree("parents left", parents, left);
      const readyNow = left.length === 0 && known.readyAt <= this.world.now;
      agree("ready", readyAt, readyNow ? 0 : known.readyAt);
    }
    for (const { job } of [...write.ends, ...write.releases, ...write.amends, ...write.deletes]) {
      const known = job && this.model.jobs.get(job.serial);
      if (known && known.state !== "running") known.state = "aside";
    }
  }

  /** Jobs that runners were waiting for, the best first, each to who has waited longest. */
  #handedOver({ jobs, attempts }: SubmitWrite): void {
    const left = [...attempts];
    const admitted = jobs.map(({ job }) => this.model.jobs.get(job.serial) as ModelJob).sort(compareOrder);
    for (const job of admitted) {
      const isReady = job.parents.length === 0 && !job.failedBy && job.readyAt <= this.world.now;
      if (!isReady || job.rateKeys.length > 0 || !this.model.hasRoom(job, this.world.now)) continue;
      if (this.model.queue(job.queue).settings.paused) continue;
      if (this.model.in("waiting").some((other) => laneOf(other) === laneOf(job)) || !this.#longest(job)) continue;
      const attempt = left.shift();
      agree("handed over", attempt?.job.serial, job.serial);
      this.#granted(attempt as LiveAttempt, job);
      this.model.take(job, this.world.now, false);
    }
    agree(
      "handed over too",
      left.map((attempt) => attempt.job.serial),
      [],
    );
  }

  #claimed(attempt: LiveAttempt, byId: boolean): void {
    const job = this.model.jobs.get(attempt.job.serial) as ModelJob;
    const { spec } = attempt.claimant as TestWaiter;
    if (!byId) agree("claimed", job.serial, this.model.best(spec, this.world.now)?.serial);
    this.#granted(attempt, job);
    this.model.take(job, this.world.now, true);
  }

  /** Of those who wait, who has waited longest is served. Where turns are shared, what he waits for may be somebody else's turn. */
  #granted({ claimant }: LiveAttempt, job: ModelJob): void {
    const mine = this.waiting.find(({ waiter }) => waiter === claimant);
    if (!mine) return;
    agree("wanted it", mine.wants > 0, true);
    if (!this.model.sharesTurns())
      agree("waits since", mine.waiter.waitingSince, this.#longest(job)?.waiter.waitingSince);
    mine.wants--;
  }

  #longest(job: ModelJob) {
    const fitting = this.waiting.filter(({ waiter, wants }) => wants > 0 && fits(waiter.spec, job));
    return fitting.sort((a, b) => a.waiter.waitingSince - b.waiter.waitingSince)[0];
  }

  /** A write is about to be durable: what it gives is there. */
  committing(write: Write): void {
    if (write.lane === "submit") {
      for (const { job } of write.jobs) {
        const known = this.model.jobs.get(job.serial) as ModelJob;
        if (known.state !== "running") this.#settle(known);
      }
    }
    if (write.lane === "report") this.#reported(write);
  }

  #reported({ ends, releases, amends, deletes }: ReportWrite): void {
    for (const { job, final, readyAt, rank } of ends) {
      const known = this.model.jobs.get(job.serial) as ModelJob;
      if (final) this.#over(job.serial, final.state);
      else this.#settle(Object.assign(known, { readyAt, rank }));
    }
    for (const { job, rankClass, rank } of amends) {
      const known = Object.assign(this.model.jobs.get(job.serial) as ModelJob, { rankClass, rank });
      if (known.state === "aside") this.#settle(known);
    }
    for (const { job, parents, readyAt } of releases) {
      this.#settle(Object.assign(this.model.jobs.get(job.serial) as ModelJob, { readyAt }), parents.length > 0);
    }
    for (const { serial } of deletes) {
      this.#over(serial, "CANCELLED");
      this.model.ended.delete(serial);
    }
  }

  #over(serial: number, state: FinalState): void {
    this.model.jobs.delete(serial);
    this.model.ended.set(serial, state);
    for (const child of this.model.jobs.values()) {
      const edge = child.parents.find(({ parent }) => parent === serial);
      if (!edge) continue;
      if (edge.satisfiedBy.includes(state)) child.parents = child.parents.filter((other) => other !== edge);
      else child.failedBy ??= edge;
    }
  }

  #settle(job: ModelJob, wasBlocked = false): void {
    if (wasBlocked || job.parents.length > 0) job.state = "blocked";
    else if (job.readyAt > 0) job.state = "scheduled";
    else this.model.enter(job);
  }
}

function laneOf({ queue, kind, requiredLabels, laneLabels }: ModelJob): string {
  return JSON.stringify([queue, kind, requiredLabels, laneLabels]);
}
