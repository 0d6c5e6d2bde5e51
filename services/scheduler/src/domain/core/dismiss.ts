import { type EndedLook, endedEvent } from "./ended-event.js";
import type { Namespace } from "./namespace.js";
import { type ReportWrite, reportWrite } from "./writes.js";

/** Takes a job that has ended out of the dead letters; its state stays. */
export function dismissal(now: number, space: Namespace, ended: EndedLook): ReportWrite {
  const { serial } = ended.stored;
  return reportWrite({ dismissals: [{ space, serial }], events: [endedEvent(space, ended, "DISMISSED", now, "")] });
}
