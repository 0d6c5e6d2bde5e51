import { Counter, Gauge, type Registry } from "prom-client";
import type { Appender } from "../domain/append/appender.js";
import type { BuiltChunk } from "../domain/append/chunk-builder.js";
import type { SegmentRow } from "../store/segments.js";
import type { FollowHub } from "../domain/follow/follow-hub.js";

/** Counts what is appended. Answers what is told of committed chunks. */
export function createAppendMetrics(registry: Registry): (chunks: readonly BuiltChunk[]) => void {
  const registers = [registry];
  const entries = new Counter({
    name: "switchyard_log_entries_total",
    help: "Log entries that were stored.",
    registers,
  });
  const bytes = new Counter({
    name: "switchyard_log_appended_bytes_total",
    help: "Bytes of log chunks as they were stored, compressed where that pays.",
    registers,
  });
  return (chunks) => {
    for (const { span, data, runs } of chunks) {
      bytes.inc(data.byteLength);
      // A chunk without runs is a gap: its span is what was left out.
      if (runs !== undefined) entries.inc(span);
    }
  };
}

/** Shows what waits in memory, and who reads. */
export function showMemory(
  registry: Registry,
  parts: { readonly hub: Pick<FollowHub, "followers">; readonly appender: Pick<Appender, "pendingBytes"> },
): void {
  const gauge = (name: string, help: string, value: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(value()) });
  };
  gauge("switchyard_log_followers", "Readers that follow logs here.", () => parts.hub.followers);
  gauge(
    "switchyard_log_pending_bytes",
    "Bytes of appends that wait for their commit.",
    () => parts.appender.pendingBytes,
  );
}

/** Shows the segments that there are. Answers what is told of them. */
export function showSegments(registry: Registry): (segments: readonly SegmentRow[]) => void {
  const registers = [registry];
  const labelNames = ["state"] as const;
  const counts = new Gauge({
    name: "switchyard_log_segments",
    help: "Segments of logs: open, closed, or in the archive.",
    ...{ labelNames, registers },
  });
  const bytes = new Gauge({
    name: "switchyard_log_segment_bytes",
    help: "Bytes that segments of logs take in the database or in the archive.",
    ...{ labelNames, registers },
  });
  return (segments) => {
    for (const state of ["open", "closed", "archived"] as const) {
      const those = segments.filter((segment) => stateOf(segment) === state);
      counts.set({ state }, those.length);
      bytes.set(
        { state },
        those.reduce((sum, { byteCount }) => sum + byteCount, 0),
      );
    }
  };
}

function stateOf({ closedAt, archivedAt }: SegmentRow): "open" | "closed" | "archived" {
  if (archivedAt !== undefined) return "archived";
  return closedAt === undefined ? "open" : "closed";
}
