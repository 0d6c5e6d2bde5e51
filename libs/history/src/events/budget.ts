import type { JobLife } from "./job-life.js";

/** Charges a reported failure. */
export function chargeFailure(life: JobLife): void {
  life.failures++;
  life.counted++;
}

/** Charges the loss of the live attempt. */
export function chargeLoss(life: JobLife): void {
  if (life.live?.started) {
    life.lostAfterStart++;
    life.counted++;
  } else {
    life.lostBeforeStart++;
    if (!life.spec?.ignoreLostBeforeStart) life.counted++;
  }
}

/** Which part of the budget is used up, in words; undefined when another attempt is allowed. Needs the spec. */
export function usedUp({ spec, counted, failures, lostBeforeStart, lostAfterStart }: JobLife): string | undefined {
  const { maxAttempts = 3, maxFailures, maxLostBeforeStart, maxLostAfterStart } = spec ?? {};
  if (maxAttempts > 0 && counted >= maxAttempts) return `${counted} of ${maxAttempts} attempts are used up`;
  if (maxFailures && failures >= maxFailures) return `${failures} of ${maxFailures} failures are used up`;
  if (maxLostBeforeStart && lostBeforeStart >= maxLostBeforeStart)
    return `${lostBeforeStart} of ${maxLostBeforeStart} losses before the start are used up`;
  if (maxLostAfterStart && lostAfterStart >= maxLostAfterStart)
    return `${lostAfterStart} of ${maxLostAfterStart} losses after the start are used up`;
  return undefined;
}
