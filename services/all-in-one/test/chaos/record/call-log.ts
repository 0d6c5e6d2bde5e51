import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { reasonOf } from "@switchyard/errors";

/** How one call of the shipped client went, its own repeats included. */
export interface CallRecord {
  readonly op: CallOp;
  /** Times of the run's clock, ms. */
  readonly begun: number;
  readonly ended: number;
  /** Why it failed, in the catalogue's word; absent: it was answered. */
  readonly failed?: string;
}

/** Calls of users: what the client repeats (`submit`, `batch`, `read`, `wait`), and `cancel`, which it makes once. */
export type CallOp = "submit" | "batch" | "read" | "wait" | "cancel";

/** Notes calls into a file of JSON lines. */
export interface CallLog {
  /** Makes a call and notes how it went. @throws whatever the call throws */
  time<T>(op: CallOp, call: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Opens the log, a file that is made by it. */
export function openCallLog(path: string, now: () => number): CallLog {
  const file = openSync(path, "ax");
  const note = (record: CallRecord) => writeSync(file, `${JSON.stringify(record)}\n`);
  return {
    async time(op, call) {
      const begun = now();
      try {
        const answer = await call();
        note({ op, begun, ended: now() });
        return answer;
      } catch (error) {
        note({ op, begun, ended: now(), failed: reasonOf(error) ?? "unknown" });
        throw error;
      }
    },
    close: () => closeSync(file),
  };
}

/** Reads a log whose program has ended. */
export function readCallLog(path: string): CallRecord[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as CallRecord);
}
