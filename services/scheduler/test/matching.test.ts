import type { TestDatabase } from "@switchyard/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drive } from "./drive.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";

// What a runner is given is what its profile says and the rule in a few lines below, for any jobs and runners. `npm run test:runners` does it 2,000 times.

const runs = Number(process.env["MATCHINGS"] ?? 25);

let database: TestDatabase;
let system: TestScheduler;
let counter = 0;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

interface ModelJob {
  readonly kind: string;
  readonly queue: string;
  readonly subject: string;
  readonly requiredLabels: Readonly<Record<string, string>>;
  readonly laneLabels: Readonly<Record<string, string>>;
}

interface ModelRunner {
  readonly kinds: readonly { readonly glob: boolean; readonly text: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly queues: readonly string[];
  readonly exclude: readonly { readonly label: string; readonly values: readonly string[] }[];
  readonly subject: string;
  readonly slots: number;
}

/** The whole rule. */
function fits(job: ModelJob, runner: ModelRunner): boolean {
  const selected = runner.kinds.some(({ glob, text }) =>
    glob
      ? new RegExp(`^${text.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`).test(job.kind)
      : job.kind === text,
  );
  const carried = Object.entries(job.requiredLabels).every(
    ([name, value]) => name in runner.labels && (value === "" || runner.labels[name] === value),
  );
  const leftOut = runner.exclude.some(({ label, values }) => values.includes(job.laneLabels[label] ?? "none"));
  const inQueue = runner.queues.length === 0 || runner.queues.includes(job.queue);
  return selected && carried && !leftOut && inQueue && (runner.subject === "" || runner.subject === job.subject);
}

const word = fc.constantFrom("a", "b", "a.b", "ab", "b.a.c", "A");
const pattern = fc.constantFrom("*", "*", "*", "a*", "*b", "a?b", "?", "*.*", "b.*.c", "a.b", "A");
const value = fc.constantFrom("", "x", "y");
const labels = fc.dictionary(fc.constantFrom("gpu", "zone", "disk"), value, { maxKeys: 2, noNullPrototype: true });
const lane = fc.dictionary(fc.constantFrom("host", "pool"), fc.constantFrom("x", "y"), {
  maxKeys: 2,
  noNullPrototype: true,
});
const queue = fc.constantFrom("default", "q1", "q2");
const subject = fc.constantFrom("", "", "", "s1", "s2");
/** Mostly nothing: of jobs that ask for much, no runner gets any. */
const seldom = <T>(none: T, some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(none) }, { weight: 2, arbitrary: some });
const job: fc.Arbitrary<ModelJob> = fc.record({
  kind: word,
  queue,
  subject,
  requiredLabels: seldom({}, labels),
  laneLabels: lane,
});
const exclusion = fc.record({
  label: fc.constantFrom("host", "pool"),
  values: fc.array(fc.constantFrom("x", "y"), { minLength: 1, maxLength: 2 }),
});
const runner: fc.Arbitrary<ModelRunner> = fc.record({
  kinds: fc.array(
    fc.oneof(
      pattern.map((text) => ({ glob: true, text })),
      word.map((text) => ({ glob: false, text })),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  labels,
  queues: seldom([], fc.array(queue, { maxLength: 2 })),
  exclude: seldom([], fc.array(exclusion, { maxLength: 1 })),
  subject,
  slots: fc.integer({ min: 1, max: 12 }),
});

it(
  "a runner is given jobs that fit its kinds, labels, queues, lanes and subject, all of them, and no more than its slots",
  async () => {
    let given = 0;
    const property = fc.asyncProperty(
      fc.array(job, { minLength: 1, maxLength: 30 }),
      fc.array(runner, { minLength: 1, maxLength: 4 }),
      async (jobs, runners) => {
        const at = drive(() => system, `matching-${++counter}`);
        const ids = await at.submit(...jobs);
        const left = new Map(ids.map((id, n) => [id, jobs[n] as ModelJob]));
        for (const [n, one] of runners.entries()) {
          const profile = {
            kinds: one.kinds.map(({ glob, text }) => ({
              by: { case: glob ? ("glob" as const) : ("exact" as const), value: text },
            })),
            ...{ labels: one.labels, queues: [...one.queues], subject: one.subject },
            exclude: one.exclude.map(({ label, values }) => ({ label, values: [...values] })),
          };
          const fitting = [...left].filter(([, modelJob]) => fits(modelJob, one)).map(([id]) => id);
          // Asks for more than it has room for, twice: the first claim fills it up.
          const ask = () => at.claim({ runnerId: `r${n}`, profile, maxJobs: 50, maxHeld: one.slots });
          const got = [...(await ask()), ...(await ask())].map(({ jobId }) => jobId);
          expect(new Set(got).size).toBe(got.length);
          expect(got.length).toBe(Math.min(one.slots, fitting.length));
          for (const id of got) {
            expect(fitting).toContain(id);
            left.delete(id);
          }
          given += got.length;
        }
      },
    );
    await fc.assert(property, { numRuns: runs, endOnFailure: runs > 100 });
    expect(given).toBeGreaterThan(runs);
    console.info(`${runs} sets of jobs and runners, ${given} jobs given`);
  },
  60_000 + runs * 200,
);
