import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import {
  type Queue as ProtoQueue,
  QueueSchema,
  type QueueSettings as ProtoSettings,
  QueueSettings_Sharing,
  QueueSettingsSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import type { Queue, QueueSettings } from "../domain/core/queue.js";
import type { QueueCounts } from "../domain/reads/queue-counts.js";
import { checkName, checkRange, invalid } from "./fields.js";

/** Shows a queue. `oldestReadyMs` is the age of its oldest ready job. */
export function queueToProto(
  namespace: string,
  queue: Queue,
  counts: QueueCounts,
  oldestReadyMs: number | undefined,
): ProtoQueue {
  const numbers = Object.fromEntries(Object.entries(counts).map(([state, count]) => [state, BigInt(count)]));
  return create(QueueSchema, {
    namespace,
    name: queue.name,
    paused: queue.settings.paused,
    counts: numbers,
    settings: settingsToProto(queue.settings),
    version: BigInt(queue.version),
    ...(oldestReadyMs !== undefined && { oldestReadyAge: durationFromMs(Math.max(0, Math.floor(oldestReadyMs))) }),
  });
}

function settingsToProto(settings: QueueSettings): ProtoSettings {
  const { fair, fairnessWeights, weight, retentionMs, keepDeadLetters, omitSubjectAggregates, maxOpenJobs, draining } =
    settings;
  return create(QueueSettingsSchema, {
    sharing: fair ? QueueSettings_Sharing.FAIR : QueueSettings_Sharing.STRICT,
    fairnessWeights: { ...fairnessWeights },
    weight,
    ...(retentionMs > 0 && { retention: durationFromMs(retentionMs) }),
    keepDeadLetters,
    omitSubjectAggregates,
    maxOpenJobs: BigInt(maxOpenJobs),
    draining,
  });
}

/** Checks and translates settings; whether the queue is paused is not among them. */
export function settingsFromProto(settings: ProtoSettings | undefined): Omit<QueueSettings, "paused"> {
  if (!settings) throw invalid("settings", "is missing");
  const weights = Object.entries(settings.fairnessWeights);
  if (weights.length > 10_000) throw invalid("settings.fairness_weights", "at most 10000 weights are allowed");
  for (const [key, weight] of weights) {
    checkName("settings.fairness_weights", key, 0, 255);
    checkRange(`settings.fairness_weights.${key}`, weight, 1e-6, 1e6);
  }
  return {
    fair: settings.sharing === QueueSettings_Sharing.FAIR,
    fairnessWeights: settings.fairnessWeights,
    weight: checkRange("settings.weight", settings.weight, 0, 1e6),
    retentionMs: settings.retention ? checkRange("settings.retention", durationMs(settings.retention), 0, 1e14) : 0,
    keepDeadLetters: settings.keepDeadLetters,
    omitSubjectAggregates: settings.omitSubjectAggregates,
    maxOpenJobs: checkRange("settings.max_open_jobs", Number(settings.maxOpenJobs), 0, 1e12),
    draining: settings.draining,
  };
}
