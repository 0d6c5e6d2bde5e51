import type { WaitingSubmit } from "./submit-item.js";

/** Items and bytes that a call takes at most; a single item may be larger, and the server judges it. */
export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** The waiting submits of one namespace. */
export interface SubmitLane {
  /** Adds one to the end and sends it as soon as the rule allows. */
  add(submit: WaitingSubmit): void;
  /** Nothing waits and nothing is on its way. */
  readonly idle: boolean;
}

/**
 * Makes a lane. One call is in flight; what comes meanwhile waits and shares the next call, so batches grow exactly as
 * far as the server needs and an idle server answers a single submit at once. A second call goes out only when a whole
 * batch waits. There is no timer.
 *
 * @param send sends a batch and settles every submit of it; never rejects
 */
export function createSubmitLane(
  limits: BatchLimits,
  send: (batch: readonly WaitingSubmit[]) => Promise<void>,
): SubmitLane {
  let waiting: WaitingSubmit[] = [];
  let head = 0;
  let waitingBytes = 0;
  let inFlight = 0;
  let pumpDue = false;

  const count = () => waiting.length - head;
  const isFull = () => count() >= limits.maxItems || waitingBytes >= limits.maxBytes;

  const take = (): WaitingSubmit[] => {
    const batch: WaitingSubmit[] = [];
    let bytes = 0;
    while (head < waiting.length && batch.length < limits.maxItems) {
      const next = waiting[head] as WaitingSubmit;
      if (batch.length > 0 && bytes + next.bytes > limits.maxBytes) break;
      head++;
      waitingBytes -= next.bytes;
      if (next.abandoned) continue;
      batch.push(next);
      bytes += next.bytes;
    }
    if (head === waiting.length || head > 4_096) {
      waiting = waiting.slice(head);
      head = 0;
    }
    return batch;
  };

  const pump = () => {
    pumpDue = false;
    while (count() > 0 && (inFlight === 0 || (inFlight === 1 && isFull()))) {
      const batch = take();
      if (batch.length === 0) continue;
      inFlight++;
      void send(batch).finally(() => {
        inFlight--;
        pump();
      });
    }
  };

  return {
    add(submit) {
      waiting.push(submit);
      waitingBytes += submit.bytes;
      if (pumpDue) return;
      pumpDue = true;
      // After the caller's turn, so that submits of one turn share a call.
      queueMicrotask(pump);
    },
    get idle() {
      return inFlight === 0 && count() === 0;
    },
  };
}
