import { type Clock, systemClock } from "@switchyard/clock";
import { fromConnectError, reasonOf, type SwitchyardError } from "@switchyard/errors";
import { isSafelyRepeated, retrying } from "../retry/retrying.js";

/** Why a whole call was refused when it carried one item alone. */
export class Refused {
  readonly error: SwitchyardError;

  constructor(error: SwitchyardError) {
    this.error = error;
  }
}

/** The answer to one item of a call, or why that was refused. */
export type Isolated<R> = R | Refused;

const triesAfterFaults = 5;

/**
 * Sends items in one call and repeats it until it is answered; every item must be safe to repeat. When the service refuses
 * the call as such, the items go one by one, so that a bad one harms no other. A fault of the service, and a runner that it
 * does not know at this moment, get a few tries.
 *
 * @param keep whether an item is still worth sending; asked before each try. Items that are not have no answer
 * @returns the answers in the order of the items; undefined where there is none, at the end also left out
 * @throws the signal's reason
 */
export async function sendIsolated<I, R>(
  items: I[],
  send: (items: I[]) => Promise<readonly R[]>,
  keep: (item: I) => boolean,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<readonly (Isolated<R> | undefined)[]> {
  let faults = 0;
  let sent: I[] = [];
  const call = () => {
    sent = items.every(keep) ? items : items.filter(keep);
    return sent.length === 0 ? Promise.resolve([]) : send(sent);
  };
  const retryable = (error: unknown) => {
    if (isSafelyRepeated(error, signal)) return true;
    const reason = reasonOf(error);
    return (reason === "INTERNAL" || reason === "RUNNER_NOT_FOUND") && ++faults < triesAfterFaults;
  };
  try {
    const answers = await retrying(call, { signal, retryable, backoff: { clock } });
    return placed(items, sent, answers);
  } catch (error) {
    signal.throwIfAborted();
    if (sent.length === 0) return [];
    if (sent.length === 1) return placed(items, sent, [new Refused(fromConnectError(error))]);
    const answers: (Isolated<R> | undefined)[] = [];
    for (const item of sent) answers.push((await sendIsolated([item], send, keep, signal, clock))[0]);
    return placed(items, sent, answers);
  }
}

/** Puts the answers to those items that were sent in the places of all. */
function placed<I, A>(items: readonly I[], sent: readonly I[], answers: readonly A[]): readonly (A | undefined)[] {
  if (sent === items) return answers;
  let next = 0;
  return items.map((item) => (item === sent[next] ? answers[next++] : undefined));
}
