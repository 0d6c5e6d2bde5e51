import { create } from "@bufbuild/protobuf";
import { type Progress, ProgressSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { isJsonObject, parseJson } from "../../json/parse-json.js";

/** One of the two values of a progress. The old service took texts too, and gave them back. */
export type ProgressValue = number | string | null;

/** A progress as callers see it. */
export interface ProgressView {
  readonly current: ProgressValue;
  readonly total: ProgressValue;
}

/** Under this name the progress's opaque bytes hold what is no pair of numbers. */
const detailName = "runpack_progress";

/** Says a progress to the core. Null is unknown, and clears what was known. */
export function progressFrom(current: ProgressValue, total: ProgressValue): Progress {
  if (typeof current !== "string" && typeof total !== "string") {
    return create(ProgressSchema, { ...numberOf("current", current), ...numberOf("total", total) });
  }
  const detail = new TextEncoder().encode(JSON.stringify({ [detailName]: [current, total] }));
  return create(ProgressSchema, { detail });
}

/** Shows a progress; undefined unless both values are known. */
export function progressView(progress: Progress | undefined): ProgressView | undefined {
  const [current = null, total = null] = progress === undefined ? [] : valuesOf(progress);
  return current === null || total === null ? undefined : { current, total };
}

function valuesOf({ current, total, detail }: Progress): readonly (ProgressValue | undefined)[] {
  if (detail.length === 0) return [current, total];
  const document = parseJson(detail);
  const pair = typeof document !== "string" && isJsonObject(document.value) ? document.value[detailName] : undefined;
  return Array.isArray(pair) ? (pair as ProgressValue[]) : [current, total];
}

/** A number beyond the range of a double has been no number since it was parsed. */
function numberOf(name: "current" | "total", value: number | null) {
  return value === null || !Number.isFinite(value) ? {} : { [name]: value };
}
