import { admit } from "../../src/domain/core/admit.js";
import { checkItems } from "../../src/domain/core/check-items.js";
import { committed } from "../../src/domain/core/core.js";
import { createCoreState } from "../../src/domain/core/core-state.js";
import { stopWaiting } from "../../src/domain/core/dispatch.js";
import type { FinalState, LiveAttempt, OpenJob } from "../../src/domain/core/model.js";
import { Namespace } from "../../src/domain/core/namespace.js";
import { keepFamily } from "../../src/domain/core/retention-bucket.js";
import type { ProfileSpec } from "../../src/domain/core/profile.js";
import type { Waiter } from "../../src/domain/core/waiter.js";
import type { SubmitWrite, Write } from "../../src/domain/core/writes.js";
import { requestOf, type TestJob } from "./test-jobs.js";

/** The core of one namespace, without a database: writes are performed by the test, at once or when it likes. */
export class CoreWorld {
  now = 1_000_000;
  readonly state = createCoreState(keepFamily);
  readonly space = new Namespace(
    { id: 1, name: "test", lastSerial: 0, lastCreatedMicros: 0, shapes: [], queues: [], limits: [], marks: [] },
    this.state.timers,
    keepFamily,
  );
  #runners = 0;

  constructor() {
    this.state.spaces.set("test", this.space);
  }

  /** Somebody who asks for work, each with a runner of its own. */
  waiter(spec: ProfileSpec, wanted = 1): TestWaiter {
    return new TestWaiter(this, `runner-${++this.#runners}`, spec, wanted);
  }

  /** Checks and admits a batch; throws what refuses it. `history` says how jobs ended that are gone. */
  submit(
    items: readonly TestJob[],
    history: ReadonlyMap<number, FinalState> = new Map(),
  ): { readonly serials: number[]; readonly write: SubmitWrite } {
    const requests = items.map(requestOf);
    const facts = { states: history, byKey: new Map() };
    checkItems(this.space, requests, facts);
    const decision = admit(this.now, this.space, "", requests, facts);
    if ("waitFor" in decision) throw new Error("nothing here waits");
    return { serials: decision.admissions.map(({ serial }) => serial), write: decision.write };
  }

  /**
   * Makes writes durable, and all that follow from them, one after the other; returns all of them in that order. `before` sees each before it is durable,
   * `after` what was decided by that.
   */
  perform(
    writes: readonly Write[],
    before: (write: Write) => void = () => undefined,
    after: (following: readonly Write[]) => void = () => undefined,
  ): Write[] {
    const left = [...writes];
    for (let i = 0; i < left.length; i++) {
      const write = left[i] as Write;
      before(write);
      const following = committed(this.state, this.now, write);
      after(following);
      left.push(...following);
    }
    return left;
  }

  /** Submits jobs and makes them durable. */
  add(...items: TestJob[]): number[] {
    const { serials, write } = this.submit(items);
    this.perform([write]);
    return serials;
  }

  job(serial: number): OpenJob {
    const job = this.space.job(serial);
    if (!job) throw new Error(`job ${serial} is not open`);
    return job;
  }

  live(serial: number): LiveAttempt {
    const { live } = this.job(serial);
    if (!live) throw new Error(`job ${serial} does not run`);
    return live;
  }
}

/** Somebody who asks for work in a test. */
export class TestWaiter implements Waiter {
  readonly leaseMs = undefined;
  readonly claimInfo = undefined;
  readonly startAtClaim = false;
  readonly notify = undefined;
  readonly delivered: LiveAttempt[] = [];
  readonly runner;
  profile;
  waitingSince = 0;
  reserved = 0;

  constructor(
    { space }: CoreWorld,
    name: string,
    readonly spec: ProfileSpec,
    public wanted: number,
  ) {
    this.runner = space.runner(name);
    this.profile = space.profileFor(spec);
    this.profile.users++;
  }

  wants(): number {
    return this.wanted - this.reserved;
  }

  reserve(): void {
    this.reserved++;
  }

  deliver(attempt: LiveAttempt): void {
    this.delivered.push(attempt);
  }

  end(): void {
    this.wanted = this.reserved;
    stopWaiting(this);
    this.profile.users--;
  }
}
