import type { Say } from "../events/event-rule.js";
import { mayBeDone, type RequestOf, type Told, type ToldCall } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

type Submit = ToldCall<RequestOf<"submit">>;

/** Request ids are known for a day; what comes later may be new. */
const rememberedMs = 24 * 3_600_000;

/**
 * A submit that comes again with the same request id is answered with the same jobs, and it makes no others: no item becomes two jobs, and, in a
 * closed history whose events are complete, there are no jobs but those that were asked for.
 */
export const requestIds: HistoryRule = {
  name: "request-ids",
  check(told, say) {
    sameAnswers(told, say);
    oneJobForEachTag(told, say);
    for (const namespace of told.history.end?.namespaces ?? []) noOtherJobs(told, namespace, say);
  },
};

function sameAnswers(told: Told, say: Say): void {
  const first = new Map<string, Submit>();
  for (const submit of told.callsOf("submit")) {
    const { answer, call } = submit;
    const { namespace, requestId } = call.request;
    if (!answer || requestId === "") continue;
    const name = `${namespace}\n${requestId}`;
    const before = first.get(name);
    if (!before) {
      first.set(name, submit);
      continue;
    }
    if (answer.at - before.call.at >= rememberedMs) continue;
    const [old, now] = [idsOf(before), idsOf(submit)];
    if (old.length === now.length && old.every((id, i) => id === now[i])) continue;
    const message = `Request id ${requestId} was answered with jobs ${old.join(", ")}, and its repeat with ${now.join(", ")}.`;
    say(message, before.call, ...(before.answer ? [before.answer] : []), call, answer);
  }
}

function idsOf({ answer }: Submit): string[] {
  return (answer?.jobs ?? []).map(({ job }) => job);
}

/** Tags are unique to items, so two jobs with one tag are one item done twice. */
function oneJobForEachTag(told: Told, say: Say): void {
  const byTag = new Map<string, string>();
  for (const { job, tag } of told.history.end?.jobs ?? []) {
    if (tag === undefined) continue;
    const other = byTag.get(tag);
    if (other !== undefined) {
      const calls = told.callsOf("submit").filter(({ call }) => call.request.items.some((item) => item.tag === tag));
      say(`The item ${tag} became two jobs, ${other} and ${job}.`, ...calls.map(({ call }) => call));
    }
    byTag.set(tag, job);
  }
}

function noOtherJobs(told: Told, namespace: string, say: Say): void {
  const { closed, end } = told.history;
  if (!closed || !end?.eventsComplete) return;
  const answered = new Set<string>();
  const requests = new Set<string>();
  /** Items of calls of which nobody knows which jobs they made. */
  const open = new Map<string, number>();
  for (const submit of told.callsOf("submit")) {
    const { namespace: where, requestId, items } = submit.call.request;
    if (where !== namespace) continue;
    const name = requestId || `call ${submit.call.call}`;
    for (const id of idsOf(submit)) answered.add(id);
    if (submit.answer) requests.add(name);
    else if (mayBeDone(submit)) open.set(name, items.length);
  }
  let possible = 0;
  for (const [name, items] of open) if (!requests.has(name)) possible += items;
  const strangers = (told.events.get(namespace) ?? []).filter(
    ({ seen: { event } }) => event.type === "SUBMITTED" && !answered.has(event.job),
  );
  if (strangers.length <= possible) return;
  const message = `${strangers.length} jobs were made that no answer names, and calls without an answer asked for ${possible}.`;
  say(message, ...strangers.slice(0, 4).map(({ seen }) => seen));
}
