import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { AttemptState, type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { seededRandom, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createSchedulerDatabase,
  createMovableClock,
  repeating,
  startScheduler,
  type TestScheduler,
} from "../setup.js";
import { testNamespace } from "../test-namespace.js";

/** `npm run test:races` asks for more. */
const races = Number(process.env.LEASE_RACES ?? 400);
const seed = Number(process.env.LEASE_RACES_SEED ?? Date.now() % 1_000_000);
const random = seededRandom(seed);

/** Races that go on at the same time: their reports meet in the same flushes. */
const perRound = 100;
/** Each owner loads the namespace anew, so a change is not made in every round. */
const roundsPerOwner = 7;

const leaseMs = 1_000;
const namespace = "races";
const clock = createMovableClock();
let database: TestDatabase;
let system: TestScheduler;
const ns = testNamespace(namespace, () => system);

beforeAll(async () => {
  database = await createSchedulerDatabase();
  // The clock moves in leaps, and only a change of owner shall end the ownership.
  system = await startScheduler(database, { shardLeaseMs: 10 * 86_400_000 }, { clock });
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

/** How the first runner comes to lose what it holds. */
const ways: readonly ((leases: readonly Lease[]) => Promise<unknown>)[] = [
  async function isNotHeardOf() {
    clock.pass(leaseMs + 1);
  },
  function leaves() {
    return repeating(() => system.dispatch.renewLeases({ renewals: [{ namespace, runnerId: "a", leave: true }] }));
  },
  function gaveThemBack(leases) {
    return report(leases, (lease) => ({ ...outcome(lease, Outcome_Kind.RELEASED), runnerId: "a" }));
  },
  async function isNotHeardOfWhileTheOwnerChanges() {
    clock.pass(leaseMs + 1);
    system = await system.restart();
  },
];

/** What the first runner says afterwards, by its attempt's number, by its own name or by both. */
const lateWords: readonly ((lease: Lease) => object)[] = [
  (lease) => outcome(lease, Outcome_Kind.SUCCEEDED),
  (lease) => ({ ...outcome(lease, Outcome_Kind.SUCCEEDED), runnerId: "a" }),
  (lease) => outcome(lease, Outcome_Kind.FAILED),
  (lease) => outcome(lease, Outcome_Kind.CANCELLED),
  (lease) => ({ ...outcome(lease, Outcome_Kind.SUCCEEDED), attempt: { jobId: lease.jobId, by: byHolder("a") } }),
  (lease) => ({ ...named(lease), report: { case: "start" as const, value: {} }, renew: true }),
  (lease) => ({ ...named(lease), report: { case: "progress" as const, value: { progress: { current: 1 } } } }),
];

const byHolder = (value: string) => ({ case: "holder" as const, value });

function named({ jobId, attempt: value }: Lease) {
  return { namespace, attempt: { jobId, by: { case: "attempt" as const, value } } };
}

/** An end that tells in its message whose it is. */
function outcome(lease: Lease, kind: Outcome_Kind) {
  const value = { kind, message: `${lease.runnerId}/${lease.attempt}`, retryable: true };
  return { ...named(lease), report: { case: "outcome" as const, value } };
}

/** Reports in a few calls at a time, so that they are decided in several flushes. */
async function report(leases: readonly Lease[], words: (lease: Lease) => object): Promise<ErrorReason[]> {
  const calls: Lease[][] = [[], [], [], []];
  for (const lease of leases) calls[Math.floor(random() * calls.length)]?.push(lease);
  const answers = await Promise.all(
    calls.map((part) => repeating(() => system.dispatch.reportAttempts({ reports: part.map(words) }))),
  );
  return answers.flatMap(({ results }) => results.map(({ reason }) => reason));
}

/** Claims until so many are held. */
async function claimAll(runnerId: string, count: number, lease: number): Promise<Lease[]> {
  const leases: Lease[] = [];
  while (leases.length < count) {
    const more = { runnerId, maxJobs: count - leases.length, lease: durationFromMs(lease), start: random() < 0.5 };
    leases.push(...(await repeating(() => ns.claim({ ...more, wait: durationFromMs(5_000) }))));
  }
  return leases;
}

async function race(count: number, way: (typeof ways)[number]): Promise<{ refused: ErrorReason[]; jobs: Job[] }> {
  const policies = { maxAttempts: 0, lease: durationFromMs(leaseMs) };
  const submitted = await repeating(() => ns.submitAll(Array.from({ length: count }, () => ({ policies }))));
  const first = await claimAll("a", count, leaseMs);
  await way(first);
  const second = await claimAll("b", count, 3_600_000);
  const late = lateWords[Math.floor(random() * lateWords.length)] as (lease: Lease) => object;
  const inTime = () => report(second, (lease) => outcome(lease, Outcome_Kind.SUCCEEDED));
  const tooLate = async () => {
    const renewal = { namespace, runnerId: "a", attempts: first.map((lease) => named(lease).attempt) };
    const [reasons, { results }] = await Promise.all([
      report(first, late),
      repeating(() => system.dispatch.renewLeases({ renewals: [renewal] })),
    ]);
    for (const { statuses } of results)
      for (const { reason } of statuses) expect(ErrorReason[reason]).not.toBe("UNSPECIFIED");
    return reasons;
  };
  const inOrder = random() < 0.5 ? [inTime(), tooLate()] : [tooLate(), inTime()].reverse();
  const [taken = [], refused = []] = await Promise.all(inOrder);
  expect(taken.every((reason) => reason === ErrorReason.UNSPECIFIED)).toBe(true);
  const jobs = await Promise.all(submitted.map(({ jobId }) => repeating(() => ns.job(jobId))));
  return { refused, jobs };
}

it(`${races} runners that lost their lease are refused, and what the next one says stands`, {
  timeout: 60_000 + races * 100,
}, async () => {
  const reasons = new Map<string, number>();
  for (let done = 0, round = 0; done < races; round++) {
    const count = Math.min(perRound, races - done);
    const isTurn = round % roundsPerOwner === roundsPerOwner - 1;
    const way = ways[isTurn ? ways.length - 1 : round % (ways.length - 1)] as (typeof ways)[number];
    const { refused, jobs } = await race(count, way);
    expect(refused).toHaveLength(count);
    for (const reason of refused) reasons.set(ErrorReason[reason], (reasons.get(ErrorReason[reason]) ?? 0) + 1);
    for (const { state, attempts } of jobs) {
      expect(JobState[state]).toBe("SUCCEEDED");
      const [lost, won] = attempts;
      expect(attempts).toHaveLength(2);
      expect([lost?.runnerId, won?.runnerId]).toEqual(["a", "b"]);
      expect(["LOST", "RELEASED"]).toContain(AttemptState[lost?.state ?? 0]);
      expect(won?.outcome?.message).toBe("b/2");
    }
    done += count;
  }
  console.info(`lease races: seed ${seed}, ${[...reasons].map(([reason, n]) => `${n} ${reason}`).join(", ")}`);
  expect(reasons.get("UNSPECIFIED") ?? 0).toBe(0);
  expect([...reasons.values()].reduce((sum, n) => sum + n, 0)).toBe(races);
});
