import { fromConnectError, reasonOf, type SwitchyardError } from "@switchyard/errors";
import { isSafelyRepeated, retrying } from "../retry/retrying.js";

/** The answer to one item of a call, or why the whole call was refused when it carried that item alone. */
export type Isolated<R> = { readonly result: R } | { readonly refusal: SwitchyardError };

const triesAfterFaults = 5;

/**
 * Sends items in one call and repeats it until it is answered; every item must be safe to repeat. When the service refuses
 * the call as such, the items go one by one, so that a bad one harms no other. A fault of the service, and a runner that it
 * does not know at this moment, get a few tries.
 *
 * @param keep whether an item is still worth sending; asked before each try. Items that are not have no result
 * @throws the signal's reason
 */
export async function sendIsolated<I, R>(
  items: readonly I[],
  send: (items: readonly I[]) => Promise<readonly R[]>,
  keep: (item: I) => boolean,
  signal: AbortSignal,
): Promise<Map<I, Isolated<R>>> {
  const answers = new Map<I, Isolated<R>>();
  let faults = 0;
  let sent: readonly I[] = [];
  const call = () => {
    sent = items.filter(keep);
    return sent.length === 0 ? Promise.resolve([]) : send(sent);
  };
  const retryable = (error: unknown) => {
    if (isSafelyRepeated(error, signal)) return true;
    const reason = reasonOf(error);
    return (reason === "INTERNAL" || reason === "RUNNER_NOT_FOUND") && ++faults < triesAfterFaults;
  };
  try {
    const results = await retrying(call, { signal, retryable });
    sent.forEach((item, i) => {
      const result = results[i];
      if (result !== undefined) answers.set(item, { result });
    });
  } catch (error) {
    signal.throwIfAborted();
    const [only, ...others] = sent;
    if (only === undefined) return answers;
    if (others.length === 0) return answers.set(only, { refusal: fromConnectError(error) });
    for (const item of sent) {
      for (const [one, answer] of await sendIsolated([item], send, keep, signal)) answers.set(one, answer);
    }
  }
  return answers;
}
