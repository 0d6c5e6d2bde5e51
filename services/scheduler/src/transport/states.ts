import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobState as CoreJobState } from "../domain/core/model.js";
import { invalid } from "./fields.js";

/** Translates a state. @throws SwitchyardError for one that is none. */
export function stateFromProto(state: JobState): CoreJobState {
  const name = JobState[state] as CoreJobState | "UNSPECIFIED" | undefined;
  if (!name || name === "UNSPECIFIED") throw invalid("states", `${state} is not a state`);
  return name;
}
