import type { DescMethod } from "@bufbuild/protobuf";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";

/** What decides which shard takes a call: a namespace by its name, or the shard itself by its number. */
export type CallSubject = string | number;

interface Subjects {
  readonly namespace?: string;
  readonly shard?: number;
  readonly renewals?: readonly Subjects[];
  readonly reports?: readonly Subjects[];
}

const named = (input: Subjects) => input.namespace;

/** By `service/Method`. What is not here has the field `namespace`. */
const particular: Readonly<Record<string, (input: Subjects) => CallSubject | undefined>> = {
  [`${DispatchService.typeName}/SyncCapacity`]: ({ shard = 0 }) => shard,
  // Who gathers such batches gathers them by shard; the scheduler splits a mixed one.
  [`${DispatchService.typeName}/RenewLeases`]: ({ renewals }) => renewals?.[0]?.namespace,
  [`${DispatchService.typeName}/ReportAttempts`]: ({ reports }) => reports?.[0]?.namespace,
};

const sharded = new Set<string>([JobService.typeName, QueueService.typeName, DispatchService.typeName]);
const finders = new Map<DescMethod, (input: Subjects) => CallSubject | undefined>();

/** The subject of a call; undefined for one that any replica answers by itself, and for calls of other services. */
export function subjectOfCall(method: DescMethod, input: object): CallSubject | undefined {
  let find = finders.get(method);
  if (find === undefined) {
    const { typeName } = method.parent;
    find = sharded.has(typeName) ? (particular[`${typeName}/${method.name}`] ?? named) : () => undefined;
    finders.set(method, find);
  }
  const subject = find(input as Subjects);
  return subject === "" ? undefined : subject;
}
