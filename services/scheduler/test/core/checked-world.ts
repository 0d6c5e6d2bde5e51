import { reorder } from "../../src/domain/core/amend.js";
import { cancelJob } from "../../src/domain/core/cancel.js";
import { claimBest, claimById } from "../../src/domain/core/claim.js";
import { deleteOpen } from "../../src/domain/core/delete.js";
import { dispatch, serveOrWait } from "../../src/domain/core/dispatch.js";
import { handleDue } from "../../src/domain/core/due.js";
import type { ProfileSpec } from "../../src/domain/core/profile.js";
import { finishAttempt } from "../../src/domain/core/report.js";
import { setLimits, setQueue } from "../../src/domain/core/steer.js";
import type { Decision, Write } from "../../src/domain/core/writes.js";
import { agree } from "./agree.js";
import { anything, compareCore } from "./compare-core.js";
import type { Command } from "./core-commands.js";
import type { CoreWorld } from "./core-world.js";
import { ModelFollower } from "./model-follower.js";
import type { ModelJob } from "./naive-model.js";
import { pickItems } from "./pick-items.js";
import { refusalOf } from "./refusal-of.js";
import { outcomeOf, profileOf } from "./test-jobs.js";

/** A core beside the naive model: every decision of the core must be the one that the model comes to. */
export class CheckedWorld {
  readonly #follower = new ModelFollower();
  readonly #world = this.#follower.world;
  readonly #model = this.#follower.model;

  /** Does one step in both; every decision is compared. */
  apply(command: Command): void {
    switch (command.do) {
      case "submit":
        this.#submit(command);
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

  /** Compares what both hold. */
  compare(): void {
    compareCore(this.#follower);
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

  #submit(command: Extract<Command, { do: "submit" }>): void {
    const known = [...this.#model.jobs.keys(), ...this.#model.ended.keys()];
    const items = pickItems(command, known, this.#world.now);
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
    for (const [i, item] of items.entries())
      this.#follower.admit(submitted.serials, submitted.serials[i] as number, item);
    this.#perform([submitted.write]);
  }

  #claim(profile: ProfileSpec, max: number): void {
    const waiter = this.#world.waiter(profile, max);
    const write = claimBest(this.#world.now, waiter);
    waiter.end();
    const granted = write?.attempts.length ?? 0;
    this.#perform(write ? [write] : []);
    agree("leases", waiter.delivered.length, granted);
    if (granted < max) agree("work left", this.#model.best(profile, this.#world.now)?.serial, undefined);
  }

  #wait(profile: ProfileSpec, max: number): void {
    const waiter = this.#world.waiter(profile, max);
    const write = serveOrWait(this.#world.now, waiter);
    this.#follower.waiting.push({ waiter, wants: max });
    this.#perform(write ? [write] : []);
  }

  #stopWaiting(pick: number): void {
    const [gone] = this.#follower.waiting.splice(pick % Math.max(1, this.#follower.waiting.length), 1);
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
    for (const write of writes) this.#follower.decided(write, byId);
    this.#world.perform(
      writes,
      (write) => this.#follower.committing(write),
      (following) => {
        for (const write of following) this.#follower.decided(write, false);
      },
    );
  }
}
