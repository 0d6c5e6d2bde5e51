import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { RunnerMode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Attempt } from "../attempt.js";
import type { SyncPlan } from "./sync-channel.js";

/** How a runner stands at the moment of a call. */
export interface RunnerPicture {
  readonly namespace: string;
  readonly runnerId: string;
  readonly sessionId: string;
  readonly slots: number;
  /** All attempts that occupy a slot, those that are over and still winding down included. */
  readonly attempts: Iterable<Attempt> & { readonly size: number };
  /** It takes new work. */
  readonly accepting: boolean;
  /** The longest time that a call may be held, in milliseconds; at most 20,000. */
  readonly maxHoldMs: number;
  readonly now: number;
}

/**
 * Says what a channel's next call says.
 *
 * Attempts are named when they are due, a third of a lease after they were renewed, and when the gateway asks: naming them costs
 * the services a renewal, which an attempt that is shorter than that never needs.
 *
 * A runner with one slot has one channel, 0, which does both. With more slots, channel 0 names the attempts and hears of
 * stops, and is silent while there are none; channel 1 asks for work, and is silent while no slot is free. So an attempt
 * that ends never breaks a call that waits for work, and the other way round.
 *
 * A call that names attempts is not held: its answer alone tells that they were renewed, and a held one would be replaced by
 * every new attempt before it is answered, to name all of them again. One that names none ends when the first is due.
 */
export function planSync(picture: RunnerPicture, channel: number, full: boolean): SyncPlan | undefined {
  const { attempts, accepting, slots, now, maxHoldMs } = picture;
  const alone = slots === 1;
  const freeSlots = accepting && (alone || channel === 1) ? Math.max(0, slots - attempts.size) : 0;
  if (!alone && channel === 1 && freeSlots === 0) return undefined;
  const firstDue = channel === 0 ? earliestName(attempts) : undefined;
  if (!alone && channel === 0 && firstDue === undefined) return undefined;
  const names = full || (firstDue !== undefined && firstDue <= now);
  const live = names ? [...attempts].filter((attempt) => !attempt.over) : [];
  const holdMs =
    live.length > 0 ? 0 : Math.floor(Math.max(0, Math.min(maxHoldMs, (firstDue ?? Number.POSITIVE_INFINITY) - now)));
  return {
    holdMs,
    named: live,
    request: {
      namespace: picture.namespace,
      runnerId: picture.runnerId,
      sessionId: picture.sessionId,
      channel,
      freeSlots,
      mode: accepting ? RunnerMode.ACCEPTING : RunnerMode.PAUSED,
      hold: durationFromMs(holdMs),
      ...(names ? { attempts: live.map(({ ref }) => ref), complete: true } : {}),
    },
  };
}

/** When the first of those that are not over must be named; undefined when all are. */
function earliestName(attempts: Iterable<Attempt>): number | undefined {
  let first: number | undefined;
  for (const { over, nameBy } of attempts) if (!over && (first === undefined || nameBy < first)) first = nameBy;
  return first;
}
