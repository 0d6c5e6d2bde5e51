import type { Say } from "../events/event-rule.js";
import { mayBeDone, type Told, type ToldJob, type ToldWrite } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/**
 * A line that was acknowledged is in its stream at its place, once, at the end; and, in a closed history, nothing is there that nobody sent. That nothing is
 * added behind the seal, `fenced-writes` sees. Assumes that logs were read whole (`end.logs`), and says nothing of jobs that may be deleted.
 */
export const logLines: HistoryRule = {
  name: "log-lines",
  check(told, say) {
    const { end, closed } = told.history;
    if (!end?.logs) return;
    const lines = new Map(end.logs.map((log) => [nameOf(log.job, log.attempt, log.stream), log.lines]));
    for (const job of told.jobs.values()) {
      if (mayBeDeleted(told, job)) continue;
      for (const { writes } of job.attempts.values()) for (const write of writes) areThere(job, write, lines, say);
    }
    if (!closed) return;
    for (const { job, attempt, stream, lines: found } of end.logs) {
      const writes = told.jobs.get(job)?.attempts.get(attempt)?.writes ?? [];
      for (const [i, line] of found.entries()) {
        if (writes.some((write) => mayHaveSent(write, stream, i, line))) continue;
        say(
          `Line ${i} of ${stream} of attempt ${attempt} of job ${job} is ${JSON.stringify(line)}, which nobody sent there.`,
        );
        break;
      }
    }
  },
};

function nameOf(job: string, attempt: number, stream: string): string {
  return `${job}/${attempt}/${stream}`;
}

function mayBeDeleted(told: Told, { id, events }: ToldJob): boolean {
  if (events.some(({ seen }) => seen.event.type === "DELETED")) return true;
  return told.callsOf("delete").some((call) => mayBeDone(call) && call.call.request.jobs.includes(id));
}

function areThere(
  { id }: ToldJob,
  { write, result }: ToldWrite,
  lines: ReadonlyMap<string, readonly string[]>,
  say: Say,
): void {
  if (write.what.sort !== "log" || !result || (result.result !== "taken" && result.result !== "repeated")) return;
  const { stream, first } = write.what;
  const found = lines.get(nameOf(id, write.attempt, stream)) ?? [];
  const missing = write.what.lines.findIndex((line, i) => found[first + i] !== line);
  if (missing < 0) return;
  const [place, what] = [first + missing, found[first + missing]];
  const there = what === undefined ? "it is not there" : `${JSON.stringify(what)} stands there`;
  say(
    `Line ${place} of ${stream} of attempt ${write.attempt} of job ${id} was acknowledged, and ${there} at the end.`,
    write,
    result,
  );
}

function mayHaveSent({ write, result }: ToldWrite, stream: string, place: number, line: string): boolean {
  if (write.what.sort !== "log" || write.what.stream !== stream || result?.result === "refused") return false;
  return write.what.lines[place - write.what.first] === line;
}
