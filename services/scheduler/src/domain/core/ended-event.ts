import type { EndFacts } from "./end-facts.js";
import type { JobShape, JobState } from "./model.js";
import type { Namespace } from "./namespace.js";
import type { CoreEvent } from "./writes.js";

/** As much of a job that has ended as an event about it shows. */
export interface EndedLook {
  readonly stored: { readonly serial: number; readonly bucket: number; readonly kind: string };
  readonly shape: JobShape;
  readonly state: JobState;
  readonly finalEnd: { readonly reopen: number } | undefined;
}

/** An event about a job that is no longer in memory. */
export function endedEvent(
  space: Namespace,
  ended: EndedLook,
  type: CoreEvent["type"],
  at: number,
  actor: string,
  facts?: EndFacts,
): CoreEvent {
  const { stored, shape, state, finalEnd } = ended;
  const about = { space, serial: stored.serial, reopen: finalEnd?.reopen ?? 0, kind: stored.kind, shape, at };
  return { ...about, type, previous: state, state, attempt: 0, runnerId: "", reason: "", message: "", actor, facts };
}
