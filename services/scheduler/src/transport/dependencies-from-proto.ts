import {
  type Dependency,
  Dependency_OnUnsatisfied,
  type JobSpec,
  type JobState,
} from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { ParentRequest } from "../domain/core/admit.js";
import type { FinalState } from "../domain/core/model.js";
import { decodeId } from "../domain/directory.js";
import { isFinal } from "../domain/reads/final-state.js";
import type { JobIdCodec } from "../ids/job-id.js";
import { invalid } from "./fields.js";
import { stateFromProto } from "./states.js";

/** Most parents of one job. */
const maxParents = 1_000;

/** Checks and translates the parents of a job. `self` is the index of the item in its call. */
export function parentsFromProto({ dependencies }: JobSpec, ids: JobIdCodec, self: number): ParentRequest[] {
  if (dependencies.length > maxParents) throw invalid("dependencies", `at most ${maxParents} parents are allowed`);
  const parents = dependencies.map((dependency) => parentFromProto(dependency, ids, self));
  // A parent that is named twice would be waited for twice.
  const names = parents.map((parent) => ("item" in parent ? `item ${parent.item}` : parent.serial));
  if (new Set(names).size < names.length) throw invalid("dependencies", "a parent is named twice");
  return parents;
}

function parentFromProto(
  { parent, satisfiedBy, onUnsatisfied }: Dependency,
  ids: JobIdCodec,
  self: number,
): ParentRequest {
  const how = {
    satisfiedBy: satisfiedBy.length > 0 ? satisfiedBy.map(finalState) : (["SUCCEEDED"] as const),
    otherwise: onUnsatisfied === Dependency_OnUnsatisfied.FAIL ? ("FAILED" as const) : ("CANCELLED" as const),
  };
  if (parent.case === "jobId") return { serial: decodeId(ids, parent.value).serial, ...how };
  if (parent.case !== "item") throw invalid("dependencies.parent", "is missing");
  if (parent.value === self) throw invalid("dependencies.item", "an item can't wait for itself");
  return { item: parent.value, ...how };
}

function finalState(state: JobState): FinalState {
  const name = stateFromProto(state);
  if (!isFinal(name)) throw invalid("dependencies.satisfied_by", `${name} is not an end state`);
  return name;
}
