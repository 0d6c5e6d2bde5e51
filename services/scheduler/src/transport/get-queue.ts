import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type GetQueueRequest,
  type GetQueueResponse,
  GetQueueResponseSchema,
  type ListQueuesRequest,
  type ListQueuesResponse,
  ListQueuesResponseSchema,
  type Queue as ProtoQueue,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { openInOrder } from "../domain/core/position.js";
import type { Queue } from "../domain/core/queue.js";
import type { Directory, Place } from "../domain/directory.js";
import { readRecords } from "../domain/reads/job-record.js";
import { oldestReadyMs, readQueueCounts } from "../domain/reads/queue-counts.js";
import { listPage } from "../domain/reads/list-serials.js";
import { checkRange, decodePageToken, encodePageToken, pageSizeField } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { queueToProto } from "./queue-to-proto.js";

/** Returns one queue, and as many jobs of it as are asked for. */
export async function getQueue(directory: Directory, request: GetQueueRequest): Promise<GetQueueResponse> {
  const head = checkRange("head", request.head, 0, 100);
  const running = checkRange("running", request.running, 0, 1_000);
  const place = await directory.find(request.namespace);
  const queue = place?.space.queue(request.name);
  if (!place || !queue) throw queueNotFound(request.name);
  // Memory is read in one go, so that queue, head and running jobs are of one moment; counts of the ended ones follow.
  const waiting = take(place, queue, false, head);
  const held = take(place, queue, true, running);
  const shown = await showQueue(place, queue);
  const [headJobs, runningJobs, deadLetters, finished] = await Promise.all([
    read(place, waiting),
    read(place, held),
    listed(place, queue, checkRange("dead_letters", request.deadLetters, 0, 100), true),
    listed(place, queue, checkRange("finished", request.finished, 0, 100), false),
  ]);
  return create(GetQueueResponseSchema, { queue: shown, head: headJobs, running: runningJobs, deadLetters, finished });
}

/** Lists the queues of a namespace by name. */
export async function listQueues(directory: Directory, request: ListQueuesRequest): Promise<ListQueuesResponse> {
  const pageSize = pageSizeField(request.pageSize, 100, 1_000);
  const place = await directory.find(request.namespace);
  if (!place) return create(ListQueuesResponseSchema);
  const from = decodePageToken(request.namespace, request.pageToken) ?? 0;
  const names = [...place.space.shapes.queues.keys()].sort();
  const page = names.slice(from, from + pageSize);
  const queues = await Promise.all(page.map((name) => showQueue(place, place.space.shapes.queue(name))));
  const more = names.length > from + pageSize;
  return create(ListQueuesResponseSchema, {
    queues,
    nextPageToken: more ? encodePageToken(request.namespace, from + pageSize) : "",
  });
}

/** Shows a queue with its counts. */
export async function showQueue({ term, space }: Place, queue: Queue): Promise<ProtoQueue> {
  const oldest = oldestReadyMs(space, queue, term.clock.now());
  return queueToProto(space.name, queue, await readQueueCounts(term, space, queue), oldest);
}

function queueNotFound(queue: string): SwitchyardError {
  return new SwitchyardError("QUEUE_NOT_FOUND", `there is no queue ${queue}`, { queue });
}

function take({ space }: Place, queue: Queue, running: boolean, limit: number): number[] {
  const serials: number[] = [];
  if (limit === 0) return serials;
  for (const slot of openInOrder(space, { queue: queue.name, standings: [running ? "running" : "waiting"] })) {
    serials.push(space.table.serial[slot] as number);
    if (serials.length === limit) break;
  }
  return serials;
}

async function read({ term, space, ids }: Place, serials: readonly number[]): Promise<Job[]> {
  const records = await readRecords(term, space, serials, false);
  return records.map((record) => jobToProto(record, ids, JobView.BASIC));
}

async function listed(place: Place, queue: Queue, limit: number, deadLetters: boolean): Promise<Job[]> {
  if (limit === 0) return [];
  const { term, space } = place;
  const shapes = [...space.shapes.all()].filter(({ site }) => site.queue === queue).map(({ id }) => id);
  const states = ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"] as const;
  const filter = { shapes, states, ...(deadLetters && { deadLetters }) };
  return read(place, await listPage(term, space, filter, { order: "end-desc", limit, offset: 0 }));
}
