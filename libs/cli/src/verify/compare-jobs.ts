import type { SwitchyardClient } from "@switchyard/client";
import { isFinal, type JobLife, type Violation } from "@switchyard/history";
import { EndReason, type Job, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { readPages } from "../input/pages.js";
import type { NamespaceCheck } from "./namespace-check.js";
import type { Patience } from "./patience.js";

const openStates = [JobState.BLOCKED, JobState.SCHEDULED, JobState.QUEUED, JobState.RUNNING];

/** Ids that one list may name. */
const mostNamed = 1_000;

/** A job that is not as the events tell. */
interface Difference {
  readonly job: string;
  readonly text: string;
  /** The number of its last event when it was read. */
  readonly at: number;
}

/**
 * Compares open jobs, and those that ended last, with what the events tell of them. What differs is read again a moment later: only what has no
 * event between, and still differs, is told.
 */
export async function compareJobs(
  client: SwitchyardClient,
  namespace: string,
  check: NamespaceCheck,
  patience: Patience,
): Promise<Violation[]> {
  const open = await listOpen(client, namespace);
  const ids = new Set<string>([...open.keys(), ...check.checker.open.keys()]);
  for (const { job, deleted } of check.checker.recentlyEnded()) if (!deleted) ids.add(job);
  // What is open was read already.
  const others = [...ids].filter((id) => !open.has(id));
  let suspects = [...compare(check, open.keys(), open), ...(await compareAnew(client, namespace, check, others))];
  for (let round = 0; round < patience.rounds && suspects.length > 0; round++) {
    const before = new Map(suspects.map(({ job, at }) => [job, at]));
    await patience.settle();
    const again = await compareAnew(client, namespace, check, [...before.keys()]);
    suspects = round + 1 < patience.rounds ? again : again.filter(({ job, at }) => before.get(job) === at);
  }
  return suspects.map(({ job, text }) => ({
    rule: "jobs-as-told",
    message: `Job ${job} ${text}.`,
    observations: check.checker.life(job)?.recent ?? [],
  }));
}

async function listOpen({ jobs }: SwitchyardClient, namespace: string): Promise<Map<string, Job>> {
  const { items } = await readPages(0, async (page) => {
    const answer = await jobs.listJobs({ namespace, filter: { states: openStates }, ...page });
    return { items: answer.jobs, nextPageToken: answer.nextPageToken };
  });
  return new Map(items.map((job) => [job.id, job]));
}

async function compareAnew(
  { jobs }: SwitchyardClient,
  namespace: string,
  check: NamespaceCheck,
  ids: readonly string[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let from = 0; from < ids.length; from += mostNamed) {
    const jobIds = ids.slice(from, from + mostNamed);
    const { items } = await readPages(0, async (page) => {
      const answer = await jobs.listJobs({ namespace, filter: { jobIds }, ...page });
      return { items: answer.jobs, nextPageToken: answer.nextPageToken };
    });
    differences.push(...compare(check, jobIds, new Map(items.map((job) => [job.id, job]))));
  }
  return differences;
}

function* compare(
  { checker }: NamespaceCheck,
  ids: Iterable<string>,
  read: ReadonlyMap<string, Job>,
): Generator<Difference> {
  for (const id of ids) {
    const life = checker.life(id);
    const job = read.get(id);
    const text = life ? differenceOf(life, job) : strangeness(job, checker);
    if (text !== undefined) yield { job: id, text, at: life?.recent.at(-1)?.event.sequence ?? 0 };
  }
}

/** What is wrong with a job of which no event is known; undefined when nothing needs to be. */
function strangeness(job: Job | undefined, { isWhole }: NamespaceCheck["checker"]): string | undefined {
  if (!job || !isWhole) return undefined;
  // One that ended long ago is forgotten, and open jobs never are.
  return openStates.includes(job.state) ? `is ${JobState[job.state]}, and no event left it open` : undefined;
}

function differenceOf(life: JobLife, job: Job | undefined): string | undefined {
  if (life.deleted) return job ? `was deleted, and it is ${JobState[job.state]}` : undefined;
  // An ended job goes when its time is over.
  if (!job) return isFinal(life.state) ? undefined : `was left ${life.state} by its events, and it is not there`;
  const state = JobState[job.state];
  if (state !== life.state) return `was left ${life.state} by its events, and it is ${state}`;
  if (life.attempts !== undefined && life.attempts !== job.attemptCount)
    return `has ${job.attemptCount} attempts, and its events tell of ${life.attempts}`;
  if (life.live && job.lastAttempt && life.live.runner !== job.lastAttempt.runnerId)
    return `runs on ${job.lastAttempt.runnerId}, and its events tell of ${life.live.runner}`;
  if (isFinal(life.state) && EndReason[job.endReason] !== life.reason && life.recent.at(-1)?.event.type === "ENDED")
    return `ended by ${EndReason[job.endReason]}, and its events tell of ${life.reason}`;
  return undefined;
}
