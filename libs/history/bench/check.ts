import { checkHistory, EventChecker, eventRules, type JobEvent } from "../src/index.js";
import { Story } from "../test/story.js";

/**
 * What checking costs in CPU time, on this machine: a recorded history of some hundred observations, and an endless stream of events.
 *
 *     node --conditions=@switchyard/source --import tsx libs/history/bench/check.ts
 */
function bench(): void {
  const story = busyStory(40);
  const history = story.history({ jobs: story.finalJobs() }, { closed: true, clockErrorMs: 0 });
  const violations = checkHistory(history);
  if (violations.length > 0) throw new Error(`the story is wrong: ${violations[0]?.message}`);
  const rounds = 3_000;
  const perCheck = measure(() => {
    for (let i = 0; i < rounds; i++) checkHistory(history);
  });
  console.log(
    `checkHistory: ${history.observations.length} observations in ${((perCheck * 1_000) / rounds).toFixed(0)} us`,
  );

  for (const [open, ended] of [
    [1_000, 10_000],
    [100_000, 10_000],
  ] as const) {
    const before = heapMb();
    const checker = new EventChecker({
      rules: eventRules,
      fromTheBeginning: true,
      keepEnded: ended,
      onViolation: ({ message }) => {
        throw new Error(message);
      },
    });
    const events = 400_000;
    const ms = measure(() => stream(checker, events, open));
    console.log(
      `EventChecker: ${Math.round(events / ms)}k events/s, ${open} jobs open and ${ended} ended kept, ${Math.round(heapMb() - before)} MB`,
    );
    if (checker.open.size > open) throw new Error("more jobs are open than there should be");
  }
}

/** Jobs that are submitted, claimed, started, reported and ended, and their runners. */
function busyStory(jobs: number): Story {
  const story = new Story();
  for (let i = 0; i < jobs; i++) {
    const job = `job-${i}`;
    story.submit([{ tag: job, concurrencyKeys: [`key-${i % 4}`] }], `request-${i}`);
    story.tell(`SUBMITTED ${job}`, `CLAIMED ${job}/1`).grant(job, 1);
    story.write(job, 1, { sort: "outcome", kind: "SUCCEEDED" }).tell(`ENDED ${job}/1`);
  }
  return story;
}

/** Feeds lives of four events each, so many of them open at a time. */
function stream(checker: EventChecker, events: number, open: number): void {
  let sequence = 0;
  const take = (number: number, more: Pick<JobEvent, "type" | "previousState" | "state"> & Partial<JobEvent>) => {
    const base = { time: sequence, job: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`, attempt: 0 };
    const event: JobEvent = {
      sequence: ++sequence,
      ...base,
      runner: "",
      reason: "",
      message: "",
      queue: "default",
      ...more,
    };
    checker.take({ type: "event", at: sequence, watcher: "w", namespace: "ns", event });
  };
  const attempt = { attempt: 1, runner: "runner" };
  for (let i = 0; sequence < events; i++) {
    take(i, { type: "SUBMITTED", previousState: "", state: "QUEUED" });
    const done = i - open + 1;
    if (done < 0) continue;
    take(done, { type: "CLAIMED", previousState: "QUEUED", state: "RUNNING", ...attempt });
    take(done, { type: "STARTED", previousState: "RUNNING", state: "RUNNING", ...attempt });
    take(done, { type: "ENDED", previousState: "RUNNING", state: "SUCCEEDED", reason: "REPORTED", ...attempt });
  }
}

/** CPU time in ms, which other work on the machine does not lengthen. */
function measure(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

bench();
