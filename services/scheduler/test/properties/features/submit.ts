import fc from "fast-check";
import type { RequestOf } from "../world/api.js";
import { markLabel, type SentItem, type World } from "../world/world.js";
import { command, type Feature, type Rule } from "./feature.js";
import { type ItemData, itemsOf, specOf } from "./items.js";

/** Submits: single and in batches, with request ids and without, sent twice at a time or again later. */
export function submitFeature(others: readonly Feature[]): Feature {
  const items = itemsOf(others);
  const data = fc.record({
    items: fc.array(items, { minLength: 1, maxLength: 4 }),
    id: fc.constantFrom("plain", "plain", "uuid", "none"),
    twice: fc.boolean(),
  });
  const submit = command({
    name: "submit",
    weight: 5,
    data,
    async run(world, { items: wanted, id, twice }) {
      const request = requestOf(world, wanted, id, others);
      const send = async () => world.acknowledged(await world.call("submitJobs", request, id === "none"));
      await Promise.all(twice && id !== "none" ? [send(), send()] : [send()]);
    },
  });
  const again = command({
    name: "submit-again",
    weight: 1,
    data: fc.record({ back: fc.nat(5) }),
    async run(world, { back }) {
      const request = world.submits.at(-1 - back);
      if (request?.requestId) world.acknowledged(await world.call("submitJobs", request));
    },
  });
  return { name: "submit", commands: [submit, again], rules: [nothingIsLost, repeatsAreRecognised, batchesAreAtomic] };
}

function requestOf(
  world: World,
  wanted: readonly ItemData[],
  id: string,
  features: readonly Feature[],
): RequestOf<"submitJobs"> {
  const requestId = id === "none" ? "" : id === "uuid" ? uuid7(world) : `call-${world.number()}`;
  const marks = wanted.map(() => String(world.number()));
  const items = wanted.map((item, place) => ({ spec: specOf(world, item, marks[place] as string, place, features) }));
  for (const [i, mark] of marks.entries())
    world.items.set(mark, { mark, spec: items[i]?.spec ?? {}, batch: marks, requestId });
  const request = { namespace: world.namespace, requestId, items };
  world.submits.push(request);
  return request;
}

/** A UUIDv7 of this moment, by the scheduler's clock. */
function uuid7(world: World): string {
  const time = world.arena.clock.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${world.number().toString(16).padStart(12, "0")}`;
}

/** Whether the item surely becomes a job of its own. */
function isOwnJob({ spec }: SentItem): boolean {
  return spec.reuse === undefined;
}

/** The marks of a request's items. */
function marksOf({ items = [] }: RequestOf<"submitJobs">): string[] {
  return items.map(({ spec }) => spec?.labels?.[markLabel] ?? "");
}

const nothingIsLost: Rule = ({ evidence, model }, say) => {
  for (const { request, answer } of evidence.history.of("submitJobs")) {
    const marks = marksOf(request);
    if (answer && answer.jobs.length !== marks.length) say("a submit was answered with another number of jobs");
    for (const [i, { jobId }] of (answer?.jobs ?? []).entries()) {
      const job = model.jobs.get(jobId);
      if (!job) say(`job ${jobId} was acknowledged and is lost`);
      else if (job.item && isOwnJob(job.item) && job.item.mark !== marks[i])
        say(`item ${marks[i]} was acknowledged with the id of item ${job.item.mark}`);
    }
  }
};

const repeatsAreRecognised: Rule = ({ evidence, model }, say) => {
  const ids = new Map<string, string>();
  for (const { request, answer } of evidence.history.of("submitJobs")) {
    if (!answer || !request.requestId) continue;
    const now = answer.jobs.map(({ jobId }) => jobId).join();
    const before = ids.get(request.requestId) ?? now;
    if (before !== now) say(`request ${request.requestId} was answered with ${before}, then with ${now}`);
    ids.set(request.requestId, now);
  }
  const tries = new Map<string, number>();
  for (const { request } of evidence.history.of("submitJobs"))
    for (const mark of marksOf(request)) tries.set(mark, (tries.get(mark) ?? 0) + 1);
  for (const [mark, count] of jobsByMark(evidence.items, model)) {
    const most = evidence.items.get(mark)?.requestId ? 1 : (tries.get(mark) ?? 0);
    if (count > most) say(`item ${mark} became ${count} jobs`);
  }
};

const batchesAreAtomic: Rule = ({ evidence, model }, say) => {
  const counts = jobsByMark(evidence.items, model);
  for (const { mark, batch } of evidence.items.values()) {
    const items = batch.map((other) => evidence.items.get(other) as SentItem);
    if (!items.every(isOwnJob)) continue;
    if (batch.some((other) => counts.get(other) !== counts.get(mark))) say(`half of the batch ${batch} was admitted`);
  }
};

function jobsByMark(items: ReadonlyMap<string, SentItem>, { jobs }: Parameters<Rule>[0]["model"]): Map<string, number> {
  const counts = new Map([...items.keys()].map((mark) => [mark, 0]));
  for (const { item } of jobs.values()) if (item) counts.set(item.mark, (counts.get(item.mark) ?? 0) + 1);
  return counts;
}
