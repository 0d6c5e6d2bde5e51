import { create, toBinary } from "@bufbuild/protobuf";
import type { SubmitItem } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  type JobOrder,
  type JobSpec,
  JobSpecSchema,
  RetentionClass,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobRequest } from "../domain/core/admit.js";
import { keepFamily, type RetentionFamily } from "../domain/core/bucket.js";
import { checkBytes, checkName, checkRange, invalid, notServed, timeField } from "./fields.js";
import { policyFromProto } from "./policy-from-proto.js";

/** What holds for all jobs. */
export interface SpecLimits {
  /** Most bytes of an input. */
  readonly inputBytes: number;
  /** How long jobs of the standard class are kept. */
  readonly standardFamily: RetentionFamily;
}

/** Checks one item of a submit and translates it. @throws SwitchyardError for what is not allowed or not served. */
export function requestFromProto({ spec, idempotencyKey, fingerprint }: SubmitItem, limits: SpecLimits): JobRequest {
  if (!spec) throw invalid("spec", "is missing");
  refuseUnserved(spec);
  checkBytes("input", spec.input?.data, limits.inputBytes);
  checkName("idempotency_key", idempotencyKey, 0, 255);
  const { rankClass, rank, weight } = orderFromProto(spec.order);
  return {
    shape: {
      queue: checkName("queue", spec.queue || "default", 1, 128),
      kind: checkName("kind", spec.kind, 1, 255),
      requiredLabels: labelsFromProto("required_labels", spec.requiredLabels),
      policy: policyFromProto(spec.policies),
    },
    rankClass,
    rank,
    weight,
    readyAt: timeField(spec.startTime),
    family: familyFromProto(spec.retention, limits.standardFamily),
    body: {
      subject: checkName("subject", spec.subject, 0, 512),
      input: spec.input?.data,
      contentType: checkName("input.content_type", spec.input?.contentType ?? "", 0, 255),
      extras: encodeExtras(spec),
    },
    idempotencyKey,
    fingerprint: fingerprint.byteLength > 0 ? fingerprint : undefined,
  };
}

/** Parts of the contract that come later. Refused, since a caller that relies on them must not believe that they hold. */
function refuseUnserved(spec: JobSpec): void {
  if (spec.dependencies.length > 0) throw notServed("dependencies");
  if (spec.reuse && spec.reuse.states.length > 0) throw notServed("reuse");
  if (spec.concurrencyKeys.length > 0) throw notServed("concurrency_keys");
  if (spec.rateKeys.length > 0) throw notServed("rate_keys");
  if (Object.keys(spec.laneLabels).length > 0) throw notServed("lane_labels");
  // Nothing masks them yet, and a secret that is believed to be masked is worse than a refusal.
  if (spec.secretNames.length > 0) throw notServed("secret_names");
  if (spec.order?.rankBy.case === "relative") throw notServed("order.relative");
}

/** A queue has no setting of its own yet, so nothing said means the standard. */
function familyFromProto(retention: RetentionClass, standard: RetentionFamily): RetentionFamily {
  switch (retention) {
    case RetentionClass.UNSPECIFIED:
    case RetentionClass.STANDARD:
      return standard;
    case RetentionClass.KEEP:
      return keepFamily;
    default:
      throw invalid("retention", `${String(retention)} is not a retention class`);
  }
}

function orderFromProto(order: JobOrder | undefined): { rankClass: number; rank: number; weight: number } {
  const rank = order?.rankBy.case === "rank" ? order.rankBy.value : 0;
  if (Number.isNaN(rank)) throw invalid("order.rank", "must be a number");
  return {
    rankClass: checkRange("order.rank_class", order?.rankClass ?? 0, -32_768, 32_767),
    // -0 and 0 are one place.
    rank: rank + 0,
    weight: checkRange("order.weight", order?.weight ?? 0, 0, 1e15),
  };
}

function labelsFromProto(field: string, labels: Readonly<Record<string, string>>): [string, string][] {
  const entries = Object.entries(labels);
  if (entries.length > 64) throw invalid(field, "at most 64 labels are allowed");
  for (const [name, value] of entries) {
    checkName(`${field} name`, name, 1, 255);
    checkName(`${field}.${name}`, value, 0, 1_024);
  }
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What nobody decides by: stored as one value, shown by reads. */
function encodeExtras(spec: JobSpec): Uint8Array | undefined {
  const { labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter } = spec;
  labelsFromProto("labels", labels);
  checkBytes("client_data", clientData, 64 * 1_024);
  checkName("resume_from", resumeFrom, 0, 64);
  checkName("fairness_key", fairnessKey, 0, 255);
  checkName("submitter", submitter, 0, 255);
  for (const name of secretNames) checkName("secret_names", name, 1, 255);
  const isPlain =
    Object.keys(labels).length === 0 && clientData.byteLength === 0 && secretNames.length === 0 && retention === 0;
  // Most jobs carry none of these, and making a message costs more than all checks together.
  if (isPlain && resumeFrom === "" && fairnessKey === "" && submitter === "") return undefined;
  const encoded = toBinary(
    JobSpecSchema,
    create(JobSpecSchema, { labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter }),
  );
  checkBytes("labels", encoded, 96 * 1_024);
  return encoded;
}
