import { Dependency_OnUnsatisfied, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SentItem } from "../world/world.js";
import type { Evidence } from "./evidence.js";
import type { ModelParent } from "./model.js";

/** The jobs that an item waits for. Undefined as an id is one of the same call of which nobody was told which job stands for it. */
export function parentsOf({ marks, standIns, items }: Evidence, item: SentItem | undefined): ModelParent[] {
  const idOf = (mark = "") => {
    const own = items.get(mark)?.spec.reuse ? undefined : [...marks].find(([, other]) => other === mark)?.[0];
    return standIns.get(mark) ?? own;
  };
  return (item?.spec.dependencies ?? []).map(({ parent, satisfiedBy = [], onUnsatisfied }) => ({
    id: parent?.case === "item" ? idOf(item?.batch[parent.value as number]) : (parent?.value as string),
    satisfiedBy: satisfiedBy.length > 0 ? satisfiedBy : [JobState.SUCCEEDED],
    otherwise: onUnsatisfied === Dependency_OnUnsatisfied.FAIL ? JobState.FAILED : JobState.CANCELLED,
  }));
}
