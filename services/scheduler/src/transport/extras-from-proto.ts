import { create, toBinary } from "@bufbuild/protobuf";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { keptTraceparent } from "@switchyard/tracing";
import { checkBytes, checkLabels, checkName, isEmpty } from "./fields.js";

// Copied instead of made anew for each job, which costs as much as writing it.
const blank = create(JobSpecSchema);

/**
 * Checks and encodes what only reads show of a job: stored as one value; undefined when there is nothing of it, as in most jobs. A job that says the same
 * as its neighbour `before` shares the value of that one.
 *
 * @param callTrace the trace of the call, for a job that names none
 */
export function extrasFromProto(
  spec: JobSpec,
  before: JobSpec | undefined,
  extrasBefore: Uint8Array | undefined,
  callTrace: string,
): Uint8Array | undefined {
  if (isPlain(spec) && callTrace === "" && spec.traceParent === "") return undefined;
  return before && extrasBefore && areSame(spec, before) ? extrasBefore : encode(spec, callTrace);
}

function isPlain(spec: JobSpec): boolean {
  const { clientData, secretNames, concurrencyKeys, rateKeys } = spec;
  return (
    isEmpty(spec.labels) &&
    clientData.byteLength + secretNames.length + concurrencyKeys.length + rateKeys.length === 0 &&
    spec.fairnessKey === "" &&
    spec.submitter === "" &&
    spec.retention === 0 &&
    isAlone(spec)
  );
}

/** Whether the job names no other, and none can stand for it. */
function isAlone({ resumeFrom, dependencies, reuse }: JobSpec): boolean {
  return resumeFrom === "" && dependencies.length === 0 && !reuse;
}

/** Whether both say the same; false where it would take long to find out. */
function areSame(a: JobSpec, b: JobSpec): boolean {
  return (
    a.fairnessKey === b.fairnessKey &&
    a.submitter === b.submitter &&
    a.traceParent === b.traceParent &&
    a.retention === b.retention &&
    a.clientData.byteLength + b.clientData.byteLength === 0 &&
    isAlone(a) &&
    isAlone(b) &&
    areSameTexts(a.concurrencyKeys, b.concurrencyKeys) &&
    areSameTexts(a.rateKeys, b.rateKeys) &&
    areSameTexts(a.secretNames, b.secretNames) &&
    areSameLabels(a.labels, b.labels)
  );
}

function areSameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

function areSameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  let left = 0;
  for (const name in a) {
    if (a[name] !== b[name]) return false;
    left++;
  }
  for (const _ in b) left--;
  return left === 0;
}

function encode(spec: JobSpec, callTrace: string): Uint8Array {
  const { labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter } = spec;
  const { concurrencyKeys, rateKeys, dependencies, reuse } = spec;
  checkLabels("labels", labels);
  checkBytes("client_data", clientData, 64 * 1_024);
  checkName("resume_from", resumeFrom, 0, 64);
  checkName("submitter", submitter, 0, 255);
  for (const name of secretNames) checkName("secret_names", name, 1, 255);
  const encoded = toBinary(JobSpecSchema, {
    ...blank,
    ...{ labels, clientData, secretNames, resumeFrom, fairnessKey, retention, submitter },
    ...{ concurrencyKeys, rateKeys, dependencies, reuse },
    traceParent: keptTraceparent(spec.traceParent) || callTrace,
  });
  checkBytes("labels", encoded, 160 * 1_024);
  return encoded;
}
