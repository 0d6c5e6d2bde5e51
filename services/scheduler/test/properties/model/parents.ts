import { Dependency_OnUnsatisfied, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { SentItem } from "../world/world.js";
import type { Evidence } from "./evidence.js";
import type { ModelParent } from "./model.js";

/** The jobs that an item waits for. */
export function parentsOf({ marks }: Evidence, item: SentItem | undefined): ModelParent[] {
  const idOf = (mark: string | undefined) => [...marks].find(([, other]) => other === mark)?.[0] ?? "";
  return (item?.spec.dependencies ?? []).map(({ parent, satisfiedBy = [], onUnsatisfied }) => ({
    id: parent?.case === "item" ? idOf(item?.batch[parent.value as number]) : ((parent?.value as string) ?? ""),
    satisfiedBy: satisfiedBy.length > 0 ? satisfiedBy : [JobState.SUCCEEDED],
    otherwise: onUnsatisfied === Dependency_OnUnsatisfied.FAIL ? JobState.FAILED : JobState.CANCELLED,
  }));
}
