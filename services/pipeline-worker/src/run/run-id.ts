import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

/**
 * The id that the wire shows for an operation's run: `op_<operation>_<12 hex>`. The digits are the last group of the attempt's id, which
 * is the same for all attempts between two reopenings of the job.
 */
export function wireRunId({ kind, attemptId }: Pick<Lease, "kind" | "attemptId">): string {
  return `op_${kind}_${attemptId.slice(attemptId.lastIndexOf("-") + 1)}`;
}
