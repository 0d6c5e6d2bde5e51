import type { SubmitItem } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import {
  type JobOrder,
  type JobSpec,
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
import { extrasFromProto } from "./extras-from-proto.js";
import { checkBytes, checkLabels, checkName, checkRange, invalid, isEmpty, timeField } from "./fields.js";
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
  /** The trace of the call as `traceparent`, for jobs that name none. Default: none. */
  readonly callTrace?: string;
}

/** Checks one item of a submit and translates it. @throws SwitchyardError for what is not allowed. */
export function requestFromProto(item: SubmitItem, context: SpecContext): JobRequest {
  return translate(item, context, undefined, undefined);
}

/**
 * Checks the items of a submit and translates them. What one has in common with its neighbour is looked at once, and is one object in both.
 *
 * @throws SwitchyardError for what is not allowed
 */
export function requestsFromProto(items: readonly SubmitItem[], context: SpecContext): JobRequest[] {
  const requests: JobRequest[] = [];
  let before: SubmitItem | undefined;
  for (const item of items) {
    requests.push(translate(item, context, before?.spec, requests[requests.length - 1]));
    before = item;
  }
  return requests;
}

/** Translates an item after another one, of which `before` was the spec and `previous` the translation. */
function translate(
  item: SubmitItem,
  { ids, limits, now, callTrace = "" }: SpecContext,
  before: JobSpec | undefined,
  previous: JobRequest | undefined,
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
      extras: extrasFromProto(spec, before, previous?.body.extras, callTrace),
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
