import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { GetStatusResponseSchema, JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Clock } from "@switchyard/clock";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import type { Directory } from "../domain/directory.js";
import { readStatus } from "../domain/reads/status.js";
import type { ScheduleDuty } from "../domain/schedules/schedule-duty.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";
import { aggregateJobs } from "./aggregate-jobs.js";
import { cancelJobs } from "./cancel-jobs.js";
import { deleteJobs } from "./delete-jobs.js";
import { dismissJobs } from "./dismiss-jobs.js";
import { explainJob } from "./explain-job.js";
import { getJob } from "./get-job.js";
import { getPosition } from "./get-position.js";
import { listJobs } from "./list-jobs.js";
import { lookupResult } from "./lookup-result.js";
import { peekJobs } from "./peek-jobs.js";
import { reorderJob } from "./reorder-job.js";
import { retryJobs } from "./retry-jobs.js";
import type { SpecLimits } from "./spec-from-proto.js";
import { submitJobs } from "./submit-jobs.js";
import { watchJobs } from "./watch-jobs.js";

/** What the handlers of the scheduler's services need. */
export interface TransportDeps {
  readonly directory: Directory;
  readonly clock: Clock;
  /** The terms in force on this replica. */
  readonly terms: () => readonly ShardTerm[];
  /** Asks every database a trivial question. */
  readonly ping: () => Promise<void>;
  readonly schedules: ScheduleDuty;
  readonly limits: SpecLimits & { readonly resultBytes: number };
  readonly version: string;
}

/** The handlers of `JobService`. */
export function createJobRoute(deps: TransportDeps): ServiceRoute {
  const { limits, version } = deps;
  return route(JobService, {
    submitJobs(request, context) {
      requireNamespace(context, request.namespace);
      return submitJobs(deps.directory, request, limits);
    },
    getJob(request, context) {
      requireNamespace(context, request.namespace);
      return getJob(deps.directory, request);
    },
    listJobs(request, context) {
      requireNamespace(context, request.namespace);
      return listJobs(deps.directory, request);
    },
    watchJobs(request, context) {
      requireNamespace(context, request.namespace);
      return watchJobs(deps.directory, request, context);
    },
    cancelJobs(request, context) {
      requireNamespace(context, request.namespace);
      return cancelJobs(deps.directory, request);
    },
    retryJobs(request, context) {
      requireNamespace(context, request.namespace);
      return retryJobs(deps.directory, request);
    },
    reorderJob(request, context) {
      requireNamespace(context, request.namespace);
      return reorderJob(deps.directory, request);
    },
    explainJob(request, context) {
      requireNamespace(context, request.namespace);
      return explainJob(deps.directory, request);
    },
    lookupResult(request, context) {
      requireNamespace(context, request.namespace);
      return lookupResult(deps.directory, request);
    },
    deleteJobs(request, context) {
      requireNamespace(context, request.namespace);
      return deleteJobs(deps.directory, request);
    },
    dismissJobs(request, context) {
      requireNamespace(context, request.namespace);
      return dismissJobs(deps.directory, request);
    },
    peekJobs(request, context) {
      requireNamespace(context, request.namespace);
      return peekJobs(deps.directory, request);
    },
    getPosition(request, context) {
      requireNamespace(context, request.namespace);
      return getPosition(deps.directory, request);
    },
    aggregateJobs(request, context) {
      requireNamespace(context, request.namespace);
      return aggregateJobs(deps.directory, request);
    },
    async getStatus() {
      const { databaseLatencyMs, shards } = await readStatus(deps.clock, deps.terms, deps.ping);
      return create(GetStatusResponseSchema, {
        databaseConnected: databaseLatencyMs !== undefined,
        ...(databaseLatencyMs !== undefined && {
          databaseLatency: create(DurationSchema, { nanos: Math.round(databaseLatencyMs * 1e6) }),
        }),
        shards: shards.map(({ shard, epoch, openJobs, liveAttempts }) => ({
          shard,
          epoch: BigInt(epoch),
          openJobs: BigInt(openJobs),
          liveAttempts: BigInt(liveAttempts),
        })),
        version,
      });
    },
  });
}
