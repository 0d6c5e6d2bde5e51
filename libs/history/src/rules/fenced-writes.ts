import type { Say } from "../events/event-rule.js";
import type { Observation, WriteContent } from "../observation.js";
import type { Place, Told, ToldAttempt, ToldCall, ToldJob, ToldWrite } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/** From a place on somebody knew that an attempt was over; what shows it. */
interface Over {
  readonly from: Place;
  readonly by: Observation;
  readonly why: string;
  /** What it keeps out: what is checked against the lease, every append to its logs, or appends to one stream. */
  readonly out: "leased" | "leased-and-logs" | "logs" | { readonly stream: string };
}

/**
 * Nothing is taken from an attempt by a write that began after somebody knew that the attempt was over: from its end's event, from the answer to its outcome,
 * from the grant of the next attempt, from the answer of an immediate cancel or of a deletion, or from a refusal that said so before. Nor from
 * a runner that never held it. Lines of logs that did not go by a gateway are sealed out by the next attempt's grant, or by a refusal.
 */
export const fencedWrites: HistoryRule = {
  name: "fenced-writes",
  check(told, say) {
    const ended = endedByCalls(told);
    for (const job of told.jobs.values()) {
      for (const attempt of job.attempts.values()) {
        if (attempt.writes.length === 0) continue;
        const ends = endsOf(job, attempt, ended.get(job.id) ?? []);
        for (const write of attempt.writes)
          if (write.result?.result === "taken") judge(told, job, attempt, write, ends, say);
      }
    }
  },
};

function judge(
  { history }: Told,
  job: ToldJob,
  { number, claimed }: ToldAttempt,
  { write, begin, result }: ToldWrite,
  ends: readonly Over[],
  say: Say,
): void {
  if (!result) return;
  const what = `A ${nameOf(write.what)} of attempt ${number} of job ${job.id}`;
  const over = ends.find((end) => end.from < begin && keepsOut(end, write.what));
  const isComplete = history.end?.eventsComplete && history.end.namespaces.includes(job.namespace);
  const holder = claimed?.seen.event.runner;
  if (over) say(`${what} was taken, and ${over.why} before it was sent.`, over.by, write, result);
  else if (!claimed && isComplete) say(`${what} was taken, and no event tells of that attempt.`, write, result);
  else if (claimed && write.what.sort !== "log" && write.runner !== "" && write.runner !== holder)
    say(`${what} was taken from runner ${write.runner}, and ${holder} held it.`, claimed.seen, write, result);
}

function keepsOut({ out }: Over, what: WriteContent): boolean {
  if (typeof out === "object") return what.sort === "log" && what.stream === out.stream;
  if (what.sort !== "log") return out !== "logs";
  return out !== "leased" || (what.checked ?? false);
}

function nameOf(what: WriteContent): string {
  switch (what.sort) {
    case "outcome":
      return `report of ${what.kind}`;
    case "log":
      return "log append";
    default:
      return what.sort;
  }
}

/** Everything that shows that an attempt is over. */
function endsOf(job: ToldJob, attempt: ToldAttempt, byCalls: readonly OverByCall[]): Over[] {
  const ends: Over[] = [];
  const { ended, number, writes } = attempt;
  if (ended) ends.push({ from: ended.knownAt, by: ended.seen, why: "its end was known", out: "leased" });
  const next = job.attempts.get(number + 1);
  const why = "the next attempt had begun";
  for (const { place, granted } of next?.grants.slice(0, 1) ?? [])
    ends.push({ from: place, by: granted, why, out: "leased" });
  if (next?.claimed) ends.push({ from: next.claimed.knownAt, by: next.claimed.seen, why, out: "leased" });
  for (const { end, result, write } of next?.writes ?? [])
    if (result?.result === "taken" && write.what.sort === "log")
      ends.push({ from: end, by: result, why: "a line of the next attempt had been stored", out: "leased-and-logs" });
  for (const write of writes) {
    const over = endBy(write);
    if (over) ends.push(over);
  }
  for (const over of byCalls) if (attempt.knownAt < over.begin) ends.push(over);
  return ends;
}

/** What the answer to a write says about the end of its attempt. */
function endBy({ end, result, write }: ToldWrite): Over | undefined {
  if (!result) return undefined;
  const { reason } = result;
  const isLog = write.what.sort === "log";
  if (result.result === "taken" && write.what.sort === "outcome")
    return { from: end, by: result, why: "its outcome had been taken", out: "leased" };
  if (result.result !== "refused") return undefined;
  if (reason === "LEASE_LOST" || reason === "ALREADY_FINISHED")
    return { from: end, by: result, why: `${reason} had been said of it`, out: isLog ? "leased-and-logs" : "leased" };
  if (reason === "LOG_SEALED" && write.what.sort === "log")
    return { from: end, by: result, why: "its log was sealed", out: { stream: write.what.stream } };
  return undefined;
}

/** What a call ended: the attempts that were known before it began. */
interface OverByCall extends Over {
  readonly begin: Place;
}

/** Jobs whose attempts were ended by an answered immediate cancel or deletion. */
function endedByCalls(told: Told): Map<string, OverByCall[]> {
  const ended = new Map<string, OverByCall[]>();
  const note = (call: ToldCall, why: string) => {
    const { answer, begin, end } = call;
    for (const { job, refused } of answer?.results ?? []) {
      if (!answer || refused !== "") continue;
      const over: OverByCall = { begin, from: end, by: answer, why, out: "leased" };
      ended.set(job, [...(ended.get(job) ?? []), over]);
    }
  };
  for (const call of told.callsOf("cancel"))
    if (call.call.request.mode === "immediate") note(call, "an immediate cancel of the job was acknowledged");
  for (const call of told.callsOf("delete")) note(call, "the job's deletion was acknowledged");
  return ended;
}
