import { create, toBinary } from "@bufbuild/protobuf";
import type { SubmitItem } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  type JobOrder,
  type JobSpec,
  JobSpecSchema,
  RelativeRank_Base,
  RetentionClass,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobRequest } from "../domain/core/admit.js";
import { noTraits, type Traits } from "../domain/core/group.js";
import type { ShapeSpec } from "../domain/core/model.js";
import type { RankRequest } from "../domain/core/rank.js";
import type { RetentionWish } from "../domain/core/retention-bucket.js";
import { decodeId } from "../domain/directory.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { parentsFromProto } from "./dependencies-from-proto.js";
import { checkBytes, checkName, checkRange, invalid, isEmpty, isName, timeField } from "./fields.js";
import { policyFromProto } from "./policy-from-proto.js";
import { reuseFromProto } from "./reuse-from-proto.js";

/** Limits of what one job may carry, bytes. */
export interface SpecLimits {
  readonly inputBytes: number;
}

/** What the translation of items needs beside them. */
export interface SpecContext {
  readonly ids: JobIdCodec;
  readonly limits: SpecLimits;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * Checks one item of a submit and translates it. What it has in common with `previous`, an item of the same call, is looked at once: equal shapes
 * are one object.
 *
 * @throws SwitchyardError for what is not allowed
 */
export function requestFromProto(
  item: SubmitItem,
  { ids, limits, now }: SpecContext,
  previous?: JobRequest,
): JobRequest {
  const { spec, idempotencyKey, fingerprint } = item;
  if (!spec) throw invalid("spec", "is missing");
  const { kind, input } = spec;
  const contentType = input?.contentType ?? "";
  checkBytes("input", input?.data, limits.inputBytes);
  checkName("idempotency_key", idempotencyKey, 0, 255);
  checkBytes("fingerprint", fingerprint, 1_024);
  if (kind !== previous?.kind) checkName("kind", kind, 1, 255);
  if (contentType !== previous?.body.contentType) checkName("input.content_type", contentType, 0, 255);
  const { rankClass, rank, weight } = orderFromProto(spec.order);
  // A literal of one form, since a call may have a thousand of them.
  return {
    shape: shapeFromProto(spec, previous?.shape),
    kind,
    traits: traitsFromProto(spec),
    rankClass,
    rank,
    weight,
    readyAt: timeField(spec.startTime),
    retention: retentionFromProto(spec.retention),
    body: {
      subject: checkName("subject", spec.subject, 0, 512),
      input: input?.data,
      contentType,
      extras: encodeExtras(spec),
      resumeFrom: spec.resumeFrom === "" ? 0 : decodeId(ids, spec.resumeFrom).serial,
    },
    reuse: reuseFromProto(spec, now),
    parents: spec.dependencies.length > 0 ? parentsFromProto(spec, ids) : noParents,
    idempotencyKey,
    fingerprint: fingerprint.byteLength > 0 ? fingerprint : undefined,
  };
}

const noParents: JobRequest["parents"] = [];

function shapeFromProto(spec: JobSpec, previous: ShapeSpec | undefined): ShapeSpec {
  const name = spec.queue || "default";
  const queue = name === previous?.queue ? name : checkName("queue", name, 1, 128);
  const requiredLabels = labelsFromProto("required_labels", spec.requiredLabels);
  const laneLabels = labelsFromProto("lane_labels", spec.laneLabels);
  const policy = policyFromProto(spec.policies);
  const isSame =
    previous !== undefined &&
    queue === previous.queue &&
    policy === previous.policy &&
    areSame(requiredLabels, previous.requiredLabels) &&
    areSame(laneLabels, previous.laneLabels);
  return isSame ? previous : { queue, requiredLabels, laneLabels, policy };
}

type Labels = ShapeSpec["requiredLabels"];

function areSame(a: Labels, b: Labels): boolean {
  return a === b || (a.length === b.length && a.every(([name, value], i) => name === b[i]?.[0] && value === b[i]?.[1]));
}

function retentionFromProto(retention: RetentionClass): RetentionWish {
  switch (retention) {
    case RetentionClass.UNSPECIFIED:
      return "QUEUE";
    case RetentionClass.STANDARD:
      return "STANDARD";
    case RetentionClass.KEEP:
      return "KEEP";
    default:
      throw invalid("retention", `${String(retention)} is not a retention class`);
  }
}

function traitsFromProto({ concurrencyKeys, rateKeys, fairnessKey }: JobSpec): Traits {
  if (concurrencyKeys.length === 0 && rateKeys.length === 0 && fairnessKey === "") return noTraits;
  return {
    concurrencyKeys: keysFromProto("concurrency_keys", concurrencyKeys),
    rateKeys: keysFromProto("rate_keys", rateKeys),
    fairnessKey: checkName("fairness_key", fairnessKey, 0, 255),
  };
}

const noKeys: readonly string[] = [];

function keysFromProto(field: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return noKeys;
  if (names.length > 8) throw invalid(field, "at most 8 keys are allowed");
  for (const name of names) checkName(field, name, 1, 255);
  return names.length === 1 ? names : [...new Set(names)].sort();
}

/** Checks and translates a place. */
export function orderFromProto(order: JobOrder | undefined): Pick<JobRequest, "rankClass" | "rank" | "weight"> {
  if (!order) return plainOrder;
  return {
    rankClass: checkRange("order.rank_class", order.rankClass, -32_768, 32_767),
    rank: rankFromProto(order),
    weight: checkRange("order.weight", order.weight, 0, 1e15),
  };
}

const plainOrder = { rankClass: 0, rank: { rank: 0 }, weight: 0 };

function rankFromProto({ rankBy }: JobOrder): RankRequest {
  if (rankBy.case === "relative") {
    if (rankBy.value.base !== RelativeRank_Base.MIN_OPEN_RANK) throw invalid("order.relative.base", "is missing");
    if (!Number.isFinite(rankBy.value.offset)) throw invalid("order.relative.offset", "must be a finite number");
    return { fromMinimum: rankBy.value.offset };
  }
  const rank = rankBy.case === "rank" ? rankBy.value : 0;
  if (Number.isNaN(rank)) throw invalid("order.rank", "must be a number");
  // -0 and 0 are one place.
  return { rank: rank + 0 };
}

const noLabels: Labels = [];

function labelsFromProto(field: string, labels: Readonly<Record<string, string>>): Labels {
  if (isEmpty(labels)) return noLabels;
  checkLabels(field, labels);
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkLabels(field: string, labels: Readonly<Record<string, string>>): void {
  let count = 0;
  for (const name in labels) {
    const value = labels[name] as string;
    // The fields are named only for a refusal.
    if (!isName(name, 1, 255)) checkName(`${field} name`, name, 1, 255);
    if (!isName(value, 0, 1_024)) checkName(`${field}.${name}`, value, 0, 1_024);
    if (++count > 64) throw invalid(field, "at most 64 labels are allowed");
  }
}

// Copied instead of made anew for each job, which costs as much as writing it.
const blank = create(JobSpecSchema);

/** What only reads show: stored as one value. */
function encodeExtras(spec: JobSpec): Uint8Array | undefined {
  const { labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter } = spec;
  const { concurrencyKeys, rateKeys, dependencies, reuse } = spec;
  checkLabels("labels", labels);
  checkBytes("client_data", clientData, 64 * 1_024);
  checkName("resume_from", resumeFrom, 0, 64);
  checkName("submitter", submitter, 0, 255);
  for (const name of secretNames) checkName("secret_names", name, 1, 255);
  const isPlain =
    isEmpty(labels) &&
    clientData.byteLength + secretNames.length + concurrencyKeys.length + rateKeys.length + dependencies.length === 0 &&
    resumeFrom === "" &&
    fairnessKey === "" &&
    submitter === "" &&
    retention === 0 &&
    !reuse;
  // Most jobs carry none of these, and making a message costs more than all checks together.
  if (isPlain) return undefined;
  const encoded = toBinary(JobSpecSchema, {
    ...blank,
    ...{ labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter },
    ...{ concurrencyKeys, rateKeys, dependencies, reuse },
  });
  checkBytes("labels", encoded, 160 * 1_024);
  return encoded;
}
