import { randomUUID } from "node:crypto";
import type { SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { PipelineContext } from "../context.js";
import { jobSpecOf, type Work } from "./job-spec.js";
import { firstRunId, queueIdOf } from "./run-id.js";

/** A run that has been accepted. */
export interface StartedRun {
  readonly runId: string;
  /** The core's id of the job. */
  readonly coreId: string;
  /** Of work in the shown queue: its item. */
  readonly queueId: string;
  /** Place among those that wait, from 1; undefined where it was not asked for, or the run goes on already. */
  readonly position: number | undefined;
}

/** The core takes so many jobs in one call. */
const maxItems = 1000;

/**
 * Accepts pieces of work, in their order. Waits for nothing but that: what runs when is the scheduler's affair. Up to a
 * thousand are accepted all together or not at all.
 */
export async function startRuns(
  { core, config }: Pick<PipelineContext, "core" | "config">,
  works: readonly Work[],
  { wantPosition = false }: { readonly wantPosition?: boolean } = {},
): Promise<StartedRun[]> {
  const started: StartedRun[] = [];
  for (let first = 0; first < works.length; first += maxItems) {
    const part = works.slice(first, first + maxItems);
    const { jobs } = await core.jobs.submitJobs({
      namespace: config.namespace,
      requestId: randomUUID(),
      items: part.map((work) => ({ spec: jobSpecOf(work, config) })),
      wantPosition,
    });
    for (const [index, work] of part.entries()) started.push(startedRun(work, jobs[index]));
  }
  return started;
}

/** Accepts one piece of work. */
export async function startRun(
  context: Pick<PipelineContext, "core" | "config">,
  work: Work,
  options: { readonly wantPosition?: boolean } = {},
): Promise<StartedRun> {
  const [started] = await startRuns(context, [work], options);
  return started as StartedRun;
}

function startedRun({ kind }: Work, submitted: SubmittedJob | undefined): StartedRun {
  if (submitted === undefined) throw new Error("the scheduler answered without a submitted job");
  const { jobId: coreId, place } = submitted;
  return {
    runId: firstRunId(kind, coreId),
    coreId,
    queueId: queueIdOf(coreId),
    position: place === undefined ? undefined : Number(place.position) + 1,
  };
}
