import type { Attempt } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { isJsonObject, parseJson } from "../../../json/parse-json.js";

/** What the last ping of a run found. */
export type PingFinding = "healthy" | "failed" | "different-run" | "unreachable" | "not-found";

/** What the watchdog knows about a run; kept in the attempt's progress, so that every gateway can say it. */
export interface LifeSigns {
  /** When the worker last answered with this run, in milliseconds since 1970. Null: never yet. */
  readonly heardMs: number | null;
  /** When it was last asked. Null: never yet. */
  readonly askedMs: number | null;
  /** Pings in a row that did not reach it. */
  readonly failures: number;
  readonly finding: PingFinding | null;
}

const none: LifeSigns = { heardMs: null, askedMs: null, failures: 0, finding: null };

/** Writes what is kept. */
export function lifeSignBytes(signs: LifeSigns): Uint8Array {
  return Buffer.from(JSON.stringify(signs));
}

/** Reads what is known about an attempt. */
export function lifeSignsOf({ progress }: Pick<Attempt, "progress">): LifeSigns {
  const document = progress === undefined || progress.detail.length === 0 ? undefined : parseJson(progress.detail);
  return typeof document === "object" && isJsonObject(document.value)
    ? { ...none, ...(document.value as Partial<LifeSigns>) }
    : none;
}
