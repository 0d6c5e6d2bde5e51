import { createHash } from "node:crypto";
import type { JobSpec } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { FinalState } from "../domain/core/model.js";
import type { ReuseRequest } from "../domain/core/reuse.js";
import { canonicalJson } from "./canonical-json.js";
import { checkName, durationField, invalid } from "./fields.js";

const conflicts: Record<OnConflict, ReuseRequest["onConflict"]> = {
  [OnConflict.UNSPECIFIED]: "RETURN",
  [OnConflict.RETURN]: "RETURN",
  [OnConflict.REPLACE_UNLESS_WORSE_CLASS]: "REPLACE_UNLESS_WORSE_CLASS",
  [OnConflict.KEEP_BEST_ORDER]: "KEEP_BEST_ORDER",
};

/** Checks and translates the re-use policy of a job; undefined when it has none. `now` in ms. */
export function reuseFromProto(spec: JobSpec, now: number): ReuseRequest | undefined {
  const { reuse } = spec;
  if (!reuse || reuse.states.length === 0) return undefined;
  const { active, states } = reuseStates(reuse.states);
  const maxAgeMs = durationField("reuse.max_age", reuse.maxAge, undefined, 0, 100 * 365 * 86_400_000);
  return {
    key: reuseKeyOf(spec),
    active,
    states,
    endedSince: maxAgeMs === undefined ? 0 : now - maxAgeMs,
    onConflict: conflicts[reuse.onConflict] ?? "RETURN",
  };
}

/** Translates accepted states. */
export function reuseStates(states: readonly ReuseState[]): { active: boolean; states: FinalState[] } {
  const names = states.map((state) => {
    const name = ReuseState[state] as FinalState | "ACTIVE" | "UNSPECIFIED" | undefined;
    if (!name || name === "UNSPECIFIED") throw invalid("reuse.states", `${state} is not a state`);
    return name;
  });
  return { active: names.includes("ACTIVE"), states: names.filter((name) => name !== "ACTIVE") };
}

/** The key that the caller gave, else SHA-256 over the canonical JSON of kind, input and salt; an input that is no JSON stands for itself. */
export function reuseKeyOf({ kind, input, reuse }: JobSpec): string {
  if (reuse?.key) return checkName("reuse.key", reuse.key, 1, 512);
  const data = input?.data ?? new Uint8Array();
  const json = canonicalJson(data);
  const content = json === undefined ? ["bytes", Buffer.from(data).toString("base64")] : ["json", json];
  const text = JSON.stringify([kind, content, reuse?.salt ?? ""]);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
