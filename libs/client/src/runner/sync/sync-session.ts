import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { fromConnectError, type Reason, type SwitchyardError } from "@switchyard/errors";
import {
  RunnerMode,
  type RunnerService,
  type SyncRunnerResponse,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { uuidV7 } from "../../uuid-v7.js";
import type { Attempt } from "../attempt.js";
import { planSync, type RunnerPicture } from "./plan-sync.js";
import { createSyncChannel, type SyncChannel } from "./sync-channel.js";

/** What a session needs to know and to tell. */
export interface SyncSessionDeps {
  readonly runners: Client<typeof RunnerService>;
  readonly namespace: string;
  readonly slots: number;
  /** The longest time that a call may be held, in milliseconds. */
  readonly maxHoldMs: number;
  readonly clock: Clock;
  readonly runnerId: () => string;
  readonly attempts: () => RunnerPicture["attempts"];
  readonly accepting: () => boolean;
  /** Takes an answer in; answers whether it brought news. */
  readonly received: (response: SyncRunnerResponse, sentAt: number, named: readonly Attempt[]) => boolean;
  /** The gateway doesn't know the runner any more: makes it known. */
  readonly reregister: () => Promise<void>;
  /** No call can succeed any more. */
  readonly fatal: (error: SwitchyardError) => void;
  readonly onWarning: (message: string, error: SwitchyardError) => void;
}

/** The calls that keep a runner and its gateway in agreement. */
export interface SyncSession {
  /** Tells that a slot has become free. */
  slotFreed(): void;
  /** Tells of a new attempt, which may have to be named before the held call ends. */
  attemptAdded(attempt: Attempt): void;
  /** Tells that the runner takes no more, or takes work again. */
  modeChanged(): void;
  /** Ends the held calls. */
  stop(): Promise<void>;
  /** Says that the runner leaves; the gateway releases what it still believes to be held. */
  signOff(timeoutMs: number): Promise<void>;
}

/** Errors after which a runner cannot go on: no repeat of the same call can succeed. */
const fatalReasons: ReadonlySet<Reason> = new Set<Reason>([
  "UNAUTHENTICATED",
  "TOKEN_REVOKED",
  "PERMISSION_DENIED",
  "UNIMPLEMENTED",
  "INVALID_ARGUMENT",
]);

/** Starts a session: one channel for a runner with one slot, else two. */
export function startSyncSession(deps: SyncSessionDeps): SyncSession {
  const sessionId = uuidV7();

  const failed = async (cause: unknown): Promise<boolean> => {
    const error = fromConnectError(cause);
    if (fatalReasons.has(error.reason)) {
      deps.fatal(error);
      return false;
    }
    deps.onWarning("the gateway did not answer", error);
    if (error.reason === "RUNNER_NOT_FOUND") {
      await deps.reregister().catch((again: unknown) => deps.fatal(fromConnectError(again)));
    }
    return true;
  };

  const open = (channel: number): SyncChannel =>
    createSyncChannel({
      call: (request, options) => deps.runners.syncRunner(request, options),
      plan: (full) =>
        planSync(
          {
            namespace: deps.namespace,
            runnerId: deps.runnerId(),
            sessionId,
            slots: deps.slots,
            attempts: deps.attempts(),
            accepting: deps.accepting(),
            maxHoldMs: deps.maxHoldMs,
            now: deps.clock.monotonicMs(),
          },
          channel,
          full,
        ),
      received: (response, sentAt, plan) => deps.received(response, sentAt, plan.named),
      failed,
      clock: deps.clock,
    });
  const keeper = open(0);
  const taker = deps.slots === 1 ? keeper : open(1);

  return {
    slotFreed() {
      const stated = taker.held?.plan.request.freeSlots ?? 0;
      // A call that already asks for work is left alone: it is answered with the first lease, and the next one asks for the rest.
      if (taker.held !== undefined && stated === 0 && deps.accepting()) taker.supersede();
      else taker.wake();
    },
    attemptAdded(attempt) {
      if (keeper.held !== undefined && keeper.held.until > attempt.nameBy) keeper.supersede();
      else keeper.wake();
    },
    modeChanged() {
      keeper.supersede();
      if (taker !== keeper) taker.supersede();
    },
    async stop() {
      await Promise.all([keeper.stop(), taker.stop()]);
    },
    async signOff(timeoutMs) {
      const request = {
        namespace: deps.namespace,
        runnerId: deps.runnerId(),
        sessionId,
        mode: RunnerMode.LEAVING,
        complete: true,
      };
      await deps.runners.syncRunner(request, { timeoutMs });
    },
  };
}
