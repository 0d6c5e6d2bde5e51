import { setTimeout as sleep } from "node:timers/promises";
import { isSafelyRepeated, jsonPayload, retrying, uuidV7 } from "@switchyard/client";
import { type Lease, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Layout } from "./layout.js";

const runnerId = "runner";
/** Long enough that no attempt is lost while a machine stands still. */
const lease = { seconds: 600n };
const text = "x".repeat(96);
/** Callers of each namespace that submit, claim and end without a pause, when as much as possible is wanted. */
const callers = 2;

/** What a load has done. */
export interface LoadResult {
  /** Jobs from submit to end. */
  readonly jobs: number;
  /** How long that took, seconds. */
  readonly seconds: number;
}

/** Submits a batch of jobs in a namespace, claims as many and ends them well. What a client may repeat is repeated. */
async function workBatch({ jobs, dispatch }: Layout, namespace: string, batch: number): Promise<void> {
  const repeated = <T>(call: () => Promise<T>) =>
    retrying(call, { giveUpAfterMs: 60_000, retryable: isSafelyRepeated });
  const requestId = uuidV7();
  const items = Array.from({ length: batch }, (_, n) => ({
    spec: { kind: "bench.work", input: jsonPayload({ n, text }) },
  }));
  await repeated(() => jobs.submitJobs({ namespace, requestId, items }));
  for (let left = batch; left > 0; ) {
    const { leases } = await dispatch.claimJobs({
      ...{ namespace, runnerId, maxJobs: left, lease, wait: { seconds: 20n } },
      profile: { kinds: [{ by: { case: "exact", value: "bench.work" } }] },
    });
    if (leases.length === 0) continue;
    left -= leases.length;
    const reports = leases.map((one) => reportOf(namespace, one));
    const { results } = await repeated(() => dispatch.reportAttempts({ reports }));
    const refused = results.find(({ reason }) => reason);
    if (refused) throw new Error(`the end of a job was refused: ${refused.message}`);
  }
}

function reportOf(namespace: string, { jobId, attempt }: Lease) {
  const result = jsonPayload({ ok: true, text });
  return {
    ...{ namespace, runnerId, attempt: { jobId, by: { case: "attempt" as const, value: attempt } } },
    report: { case: "outcome" as const, value: { kind: Outcome_Kind.SUCCEEDED, result } },
  };
}

/** Begins so many jobs a second, whether those before them are done or not; returns when all have ended. */
export async function loadAtRate(
  layout: Layout,
  namespaces: readonly string[],
  { rate, batch, seconds }: { readonly rate: number; readonly batch: number; readonly seconds: number },
): Promise<LoadResult> {
  const begunAt = performance.now();
  const batches = Math.round((rate * seconds) / batch);
  const work: Promise<void>[] = [];
  for (let n = 0; n < batches; n++) {
    // Gaps vary, so that no timer beats with them.
    const dueMs = ((n + Math.random()) * 1_000 * batch) / rate;
    await sleep(Math.max(0, begunAt + dueMs - performance.now()));
    work.push(workBatch(layout, namespaces[n % namespaces.length] as string, batch));
  }
  await Promise.all(work);
  return { jobs: batches * batch, seconds: (performance.now() - begunAt) / 1_000 };
}

/** Lets callers of each namespace go on without a pause; what was begun is ended. */
export async function loadFlatOut(
  layout: Layout,
  namespaces: readonly string[],
  { batch, seconds }: { readonly batch: number; readonly seconds: number },
): Promise<LoadResult> {
  const begunAt = performance.now();
  let jobs = 0;
  const call = async (namespace: string) => {
    while (performance.now() - begunAt < seconds * 1_000) {
      await workBatch(layout, namespace, batch);
      jobs += batch;
    }
  };
  await Promise.all(namespaces.flatMap((namespace) => Array.from({ length: callers }, () => call(namespace))));
  return { jobs, seconds: (performance.now() - begunAt) / 1_000 };
}
