import { create } from "@bufbuild/protobuf";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ExecutionTimeoutAction, HoldMode, LostLeaseAction } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { JsonDocument } from "../../../json/parse-json.js";
import { durationFromSeconds } from "../../../json/timestamp.js";
import type { Definition } from "../definitions/definition.js";
import { subjectOf } from "../names.js";
import { tagLabels } from "../runners/tags.js";
import { type CreateJobBody, jobInputText } from "./job-input.js";

/** The queue of the dialect's jobs. */
export const jobQueue = "jobs";

/**
 * Says what a job is to the core: its definition is the kind, its part the subject, its tags are labels that a runner must
 * carry. Only the presence of its runner keeps a claim alive, up to the definition's timeout; what is lost either way counts
 * against the same budget as a failure.
 *
 * @param submitter the name of the user
 */
export function jobSpecFrom(definition: Definition, document: JsonDocument, submitter: string): JobSpec {
  const body = document.value as CreateJobBody;
  return create(JobSpecSchema, {
    queue: jobQueue,
    kind: definition.name,
    subject: body.part_number === undefined ? "" : subjectOf(body.part_number),
    labels: { definition_version: String(definition.version) },
    requiredLabels: tagLabels(definition.tags),
    input: { data: Buffer.from(jobInputText(definition, document)), contentType: "application/json" },
    order: { rankBy: { case: "rank", value: body.priority ?? definition.priority } },
    policies: {
      maxAttempts: definition.maxRetries + 1,
      hold: HoldMode.RUNNER,
      lost: { beforeStart: LostLeaseAction.REQUEUE, afterStart: LostLeaseAction.REQUEUE },
      executionTimeout: durationFromSeconds(definition.timeout),
      onExecutionTimeout: ExecutionTimeoutAction.LOSE,
    },
    submitter,
  });
}
