import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { ProfileSpec } from "../domain/core/profile.js";
import type { KindSelector } from "../domain/core/kind-pattern.js";
import { checkName, invalid } from "./fields.js";

/** Checks and translates what a runner can do. */
export function profileFromProto(profile: RunnerProfile | undefined): ProfileSpec {
  if (!profile) throw invalid("profile", "is missing");
  if (profile.exclude.length > 16) throw invalid("profile.exclude", "at most 16 labels can be named");
  if (profile.kinds.length > 2_000) throw invalid("profile.kinds", "at most 2000 selectors are allowed");
  if (Object.keys(profile.labels).length > 128) throw invalid("profile.labels", "at most 128 labels are allowed");
  const kinds = profile.kinds.map(({ by }): KindSelector => {
    if (by.case === "exact") return { exact: checkName("profile.kinds.exact", by.value, 1, 255) };
    if (by.case === "glob") return { glob: checkName("profile.kinds.glob", by.value, 1, 255) };
    throw invalid("profile.kinds", "a selector is empty");
  });
  const exclude = profile.exclude.map(({ label, values }) => {
    if (values.length > 1_000) throw invalid("profile.exclude.values", "at most 1000 values are allowed");
    return { label: checkName("profile.exclude.label", label, 1, 255), values: [...values].sort() };
  });
  return { kinds, labels: profile.labels, queues: profile.queues, exclude };
}
