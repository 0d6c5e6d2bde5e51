import { queueOperations, queues } from "@switchyard/pipeline-model";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { PipelineContext } from "../context.js";
import { postingSubject } from "../runs/job-spec.js";
import { positionOf } from "./find-item.js";
import { itemView, unknownPosting } from "./item-view.js";

/** The operations whose state is told: those of the queue, and three under their older names too. */
const toldOperations = [
  ...queueOperations.filter((name) => name !== "extract"),
  "structure-jd",
  "full-extraction",
  "extract",
  "all-ops",
];

/** Where one operation of a posting stands. */
export interface OperationState {
  readonly status: string;
  readonly queue_id: string | null;
  readonly run_id: string;
  readonly position: number | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly error: string | null;
}

type Core = Pick<PipelineContext, "core" | "config">;

/** Tells where the newest run of each operation of a posting stands, in the queue or beside it; null where there is none. */
export async function readOperationStates(
  context: Core,
  jobId: string,
): Promise<Readonly<Record<string, OperationState | null>>> {
  const newest = await newestByKind(context, postingSubject(jobId));
  const entries = toldOperations.map(async (kind): Promise<[string, OperationState | null]> => {
    const job = newest.get(kind);
    return [kind, job === undefined ? null : await stateOf(context, job)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function newestByKind({ core, config }: Core, subject: string): Promise<ReadonlyMap<string, Job>> {
  const found = new Map<string, Job>();
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      namespace: config.namespace,
      filter: { subject, kinds: toldOperations },
      orderBy: ListOrder.NEWEST,
      pageSize: 200,
      pageToken,
    });
    for (const job of page.jobs) {
      const kind = job.spec?.kind ?? "";
      if (!found.has(kind)) found.set(kind, job);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && found.size < toldOperations.length);
  return found;
}

async function stateOf(context: Core, job: Job): Promise<OperationState> {
  const { status, queue_id, run_id, started_at, completed_at, error } = itemView(job, unknownPosting, 0);
  const isItem = job.spec?.queue === queues.shown;
  const position = isItem ? await positionOf(context, job) : 0;
  return {
    status,
    queue_id: isItem ? queue_id : null,
    run_id,
    position: position === 0 ? null : position,
    started_at,
    completed_at,
    error,
  };
}
