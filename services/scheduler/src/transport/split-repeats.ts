import { SwitchyardError } from "@switchyard/errors";
import type { Admission, JobRequest, ParentRequest } from "../domain/core/admit.js";
import type { Write } from "../domain/core/writes.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";

/** What stands for one item: what the admission said, or the job of an earlier call or item. */
export type Answer =
  | Admission
  | {
      readonly serial: number;
      readonly disposition: "REPLAYED";
      readonly job: undefined;
    };

/** The items of a call, those apart that were submitted before. */
export interface SplitItems {
  /** The items to decide about; those that wait for a repeat name its job instead. */
  readonly fresh: readonly JobRequest[];
  /** Writes that store what is repeated, while they are on the way. */
  readonly writes: readonly Write[];
  /** The answers for all items, from what became of the fresh ones. */
  readonly merge: (admissions: readonly Admission[]) => Answer[];
}

/** Where the answer for an item comes from: a job of an earlier call, or a fresh item, which may be another item of this call with the same key. */
type Source = { readonly serial: number } | { readonly fresh: number; readonly isRepeat: boolean };

/**
 * Takes out the items that were submitted before under keys of their own, in an earlier call or further ahead in this one.
 *
 * @throws SwitchyardError `REQUEST_ID_REUSED` for a key that came with another digest before.
 */
export function splitRepeats(
  requests: readonly JobRequest[],
  itemKeys: readonly string[],
  known: ReadonlyMap<string, KnownRequest>,
): SplitItems {
  const fresh: JobRequest[] = [];
  const writes: Write[] = [];
  const firsts = new Map<string, { readonly fresh: number; readonly fingerprint: Uint8Array | undefined }>();
  const sources = requests.map((request, i): Source => {
    const key = itemKeys[i] ?? "";
    const earlier = key === "" ? undefined : known.get(key);
    const first = key === "" ? undefined : firsts.get(key);
    if (earlier ?? first) checkDigest(earlier ?? first, request);
    if (earlier) {
      if (earlier.write) writes.push(earlier.write);
      return { serial: earlier.serials[0] as number };
    }
    if (first) return { fresh: first.fresh, isRepeat: true };
    const index = fresh.push(request) - 1;
    if (key !== "") firsts.set(key, { fresh: index, fingerprint: request.fingerprint });
    return { fresh: index, isRepeat: false };
  });
  const merge = (admissions: readonly Admission[]) => sources.map((source) => answerOf(source, admissions));
  if (fresh.length === requests.length) return { fresh, writes, merge };
  return { fresh: fresh.map((request) => nameJobs(request, sources)), writes, merge };
}

function answerOf(source: Source, admissions: readonly Admission[]): Answer {
  if ("serial" in source) return { serial: source.serial, disposition: "REPLAYED", job: undefined };
  const admission = admissions[source.fresh] as Admission;
  return source.isRepeat ? { serial: admission.serial, disposition: "REPLAYED", job: undefined } : admission;
}

/** Parents among the items, by where these are now. One that is not there stays so, which is refused later. */
function nameJobs(request: JobRequest, sources: readonly Source[]): JobRequest {
  if (request.parents.length === 0) return request;
  const parents = request.parents.map((parent): ParentRequest => {
    if (!("item" in parent)) return parent;
    const { item, ...how } = parent;
    const source = sources[item];
    if (!source) return { item: sources.length, ...how };
    return "serial" in source ? { serial: source.serial, ...how } : { item: source.fresh, ...how };
  });
  return { ...request, parents };
}

function checkDigest(before: { readonly fingerprint: Uint8Array | undefined } | undefined, now: JobRequest): void {
  if (!before?.fingerprint) return;
  if (Buffer.compare(before.fingerprint, now.fingerprint ?? new Uint8Array()) === 0) return;
  throw reused("the key of an item came with another content before");
}

/** The error of a repeat that is none. */
export function reused(message: string): SwitchyardError {
  return new SwitchyardError("REQUEST_ID_REUSED", message, {});
}
