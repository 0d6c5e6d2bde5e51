import { type Queue, QueueSettings_Sharing } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { enumName } from "../../input/enum-names.js";
import { type Column, renderFacts } from "../../output/table.js";
import { durationText } from "../../output/times.js";

const count = (value: bigint | undefined) => String(value ?? 0n);

/** The columns of `queues list`. */
export const queueColumns: readonly Column<Queue>[] = [
  { title: "QUEUE", text: ({ name }) => name },
  { title: "STATE", text: queueState, tone: (queue) => (queueState(queue) === "open" ? "green" : "yellow") },
  { title: "QUEUED", text: ({ counts }) => count(counts?.queued), right: true },
  { title: "WAITING", text: ({ counts }) => String((counts?.blocked ?? 0n) + (counts?.scheduled ?? 0n)), right: true },
  { title: "RUNNING", text: ({ counts }) => String((counts?.claimed ?? 0n) + (counts?.started ?? 0n)), right: true },
  { title: "SUCCEEDED", text: ({ counts }) => count(counts?.succeeded), right: true },
  { title: "FAILED", text: ({ counts }) => String((counts?.failed ?? 0n) + (counts?.timedOut ?? 0n)), right: true },
  { title: "OLDEST", text: ({ oldestReadyAge }) => durationText(oldestReadyAge), right: true },
];

/** A queue's counts and settings. */
export function queueText(queue: Queue): string {
  const { counts, settings } = queue;
  return renderFacts([
    ["queue", queue.name],
    ["state", queueState(queue)],
    ["queued", count(counts?.queued)],
    ["scheduled", count(counts?.scheduled)],
    ["blocked", count(counts?.blocked)],
    ["claimed", count(counts?.claimed)],
    ["started", count(counts?.started)],
    ["succeeded", count(counts?.succeeded)],
    ["failed", count(counts?.failed)],
    ["timed out", count(counts?.timedOut)],
    ["cancelled", count(counts?.cancelled)],
    ["oldest ready", durationText(queue.oldestReadyAge)],
    ["sharing", settings && enumName(QueueSettings_Sharing, settings.sharing || QueueSettings_Sharing.STRICT)],
    ["most open jobs", settings && settings.maxOpenJobs > 0n ? String(settings.maxOpenJobs) : undefined],
    ["retention", durationText(settings?.retention)],
    ["dead letters", settings?.keepDeadLetters ? "kept" : undefined],
  ]);
}

function queueState({ paused, settings }: Queue): string {
  if (paused) return "paused";
  return settings?.draining ? "draining" : "open";
}
