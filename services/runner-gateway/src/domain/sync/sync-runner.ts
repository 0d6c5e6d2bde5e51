import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import {
  RunnerMode,
  type SyncRunnerRequest,
  type SyncRunnerResponseSchema,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Activity } from "../activity.js";
import { durationFromMs, durationToMs } from "../durations.js";
import type { Renewals } from "../renewals/renewals.js";
import type { Reports } from "../reports.js";
import type { RunnerRecord } from "../runner-record.js";
import type { RunnerRegistry } from "../runner-registry.js";
import { withinMs } from "../within-ms.js";
import type { Channel } from "./channel.js";
import type { RunnerSession, SessionAnswer } from "./runner-session.js";
import type { RunnerSessions } from "./runner-sessions.js";

/** What is known of a call beside its request. */
export interface SyncCaller {
  /** Calls back when the caller has gone, at once if it has; returns how to stop that. */
  readonly whenGone: (listener: (reason: unknown) => void) => () => void;
  /** Time left to the call's deadline; undefined: none. */
  readonly timeoutMs: number | undefined;
  /** Digest of the runner's own token, if the call was made with one. */
  readonly tokenDigest: string | undefined;
}

/** What {@link createSyncRunner} needs. */
export interface SyncRunnerDeps {
  readonly registry: RunnerRegistry;
  readonly sessions: RunnerSessions;
  readonly renewals: Renewals;
  /** Settles when the reports under way that end some of these attempts are answered; undefined when there are none. */
  readonly ending: Reports["ending"];
  readonly activity: Activity;
  readonly clock: Clock;
  /** The profile of a registration. */
  readonly profileOf: (record: RunnerRecord) => RunnerProfile | undefined;
  /** Writes down whether a runner takes work, by its own word. */
  readonly setPaused: (record: RunnerRecord, paused: boolean) => Promise<void>;
  /** How long demand outlives a call that was answered. */
  readonly pendingMs: number;
}

type Answer = MessageInitShape<typeof SyncRunnerResponseSchema>;

/** Longest hold, below the idle time-out of every proxy. */
const maxHoldMs = 20_000;
/** Longest wait of a call for reports about what it names. */
const maxReportWaitMs = 500;
/** Time that the answer needs to reach the caller before its deadline. */
const deadlineMarginMs = 250;

/**
 * Creates the handler of `SyncRunner`, in this order: confirm what arrived, renew what is named, take in what that brought,
 * then wait for news.
 *
 * Leases are renewed when a call comes in and never while it is held: only the runner itself is a sign of life. So a call is
 * held for no more than a third of the shortest lease, whatever it asks for.
 *
 * And only one that hears: a call that missed the answer before it is answered at once, renews nothing and brings no demand.
 * Else the calls of a runner whose connection is cut in one direction alone would hold its leases until it notices.
 *
 * @throws SwitchyardError RUNNER_NOT_FOUND, TOKEN_REVOKED, SHUTTING_DOWN; whatever the scheduler answers when it cannot renew
 */
export function createSyncRunner(
  deps: SyncRunnerDeps,
): (request: SyncRunnerRequest, caller: SyncCaller) => Promise<Answer> {
  const { registry, sessions, renewals, activity, clock } = deps;

  /**
   * Waits until the reports about attempts that the call names are answered, those included that come while it waits: what has ended needs no renewal, and the
   * scheduler would wait for its end as well, then read its history. The wait is short beside the time that the leases have left.
   */
  async function reported({ holdings }: RunnerSession, { namespace, runnerId, attempts }: SyncRunnerRequest) {
    const begunMs = clock.monotonicMs();
    const untilMs = begunMs + Math.min(maxReportWaitMs, (holdings.firstEndMs - begunMs) / 4);
    for (let leftMs = untilMs - begunMs; leftMs > 0; leftMs = untilMs - clock.monotonicMs()) {
      const ending = deps.ending(namespace, runnerId, attempts);
      if (ending === undefined) return;
      await withinMs(clock, ending, leftMs);
    }
  }

  /** Renews what the call names. Returns false when a newer call took this one's place in the meantime. */
  async function renew(session: RunnerSession, channel: Channel, request: SyncRunnerRequest): Promise<boolean> {
    const { namespace, runnerId, complete } = request;
    const { presenceMs } = session.record;
    const call = channel.calls;
    await reported(session, request);
    const { open: attempts, ended } = session.tellApart(request.attempts);
    const presenceLeft = (renewals.presenceEndMs(namespace, runnerId) ?? 0) - clock.monotonicMs();
    if (!complete && request.attempts.length === 0 && presenceLeft > presenceMs / 2) {
      renewals.touch(namespace, runnerId, presenceMs);
      return true;
    }
    const answer = await renewals.renew({ namespace, runnerId, attempts, complete, presenceMs });
    if (channel.calls !== call || session.sessionId !== request.sessionId) return false;
    const missing = session.applyRenewal(answer, ended, complete, clock.monotonicMs(), clock.wallMs());
    sessions.shelve(session, missing);
    return true;
  }

  async function leave(record: RunnerRecord, request: SyncRunnerRequest): Promise<Answer> {
    const { namespace, id: runnerId } = record;
    const session = sessions.open(record);
    session.accepts = false;
    await renewals.renew({ namespace, runnerId, leave: true });
    activity.leave(namespace, runnerId);
    sessions.close(session);
    return { revision: request.receivedRevision };
  }

  function holdMsOf(session: RunnerSession, request: SyncRunnerRequest, caller: SyncCaller): number {
    const asked = request.hold === undefined ? 0 : durationToMs(request.hold);
    const untilDeadline = (caller.timeoutMs ?? Number.POSITIVE_INFINITY) - deadlineMarginMs;
    const untilRenewal = session.holdings.renewDueMs - clock.monotonicMs();
    return Math.min(asked, maxHoldMs, session.record.presenceMs / 3, untilDeadline, untilRenewal);
  }

  /** Waits until the session has news for the channel or the hold is over; undefined: the call was replaced. */
  function wait(
    session: RunnerSession,
    channel: Channel,
    holdMs: number,
    receivedMs: number,
    caller: SyncCaller,
  ): Promise<SessionAnswer | undefined> {
    return new Promise((resolve, reject) => {
      let release: (() => void) | undefined;
      const settle = (openUntilMs: number) => {
        release?.();
        if (channel.held === held) channel.held = undefined;
        channel.openUntilMs = openUntilMs;
        session.lastCallMs = clock.monotonicMs();
      };
      const held = {
        receivedMs,
        untilMs: clock.monotonicMs() + Math.max(0, holdMs),
        tokenDigest: caller.tokenDigest,
        answer: () => {
          const now = clock.monotonicMs();
          settle(now + deps.pendingMs);
          resolve(session.answer(channel, now));
        },
        end: () => {
          settle(channel.openUntilMs);
          resolve(undefined);
        },
        fail: (error: Error) => {
          settle(0);
          reject(error);
        },
      };
      channel.held = held;
      release = caller.whenGone((reason) => {
        settle(0);
        reject(reason);
        sessions.update(session);
      });
      // A caller that has gone already has ended it.
      if (channel.held === held) sessions.update(session);
    });
  }

  return async (request, caller) => {
    const receivedMs = clock.monotonicMs();
    const { namespace, runnerId } = request;
    activity.touch(namespace, runnerId);
    if (sessions.isStopping) throw new SwitchyardError("SHUTTING_DOWN");
    const record = await registry.require(namespace, runnerId);
    if (request.mode === RunnerMode.LEAVING) return leave(record, request);
    const known = sessions.open(record);
    // It would end the call that is held and be taken for one that missed an answer, which makes two more calls of each that comes twice.
    if (known.isOvertaken(request.sessionId, request.channel, request.receivedRevision))
      return respond(known, request, receivedMs, undefined);
    const pauses = request.mode === RunnerMode.PAUSED;
    if (pauses !== record.paused) await deps.setPaused(record, pauses);

    const session = sessions.open(pauses === record.paused ? record : { ...record, paused: pauses });
    if (session.sessionId !== request.sessionId) {
      for (const channel of session.channels.values()) channel.held?.end();
    }
    const isKnown = session.connect(request.sessionId);
    const channel = session.channel(request.channel);
    channel.held?.end();
    const call = ++channel.calls;
    const now = clock.monotonicMs();
    const isConfirmed = session.acknowledge(channel, request.receivedRevision, now);
    if (!isKnown || !isConfirmed) session.needsComplete = true;
    channel.freeSlots = request.freeSlots;
    session.lastCallMs = now;
    if (isKnown && isConfirmed && session.confirms && channel.missed(request.receivedRevision)) {
      channel.openUntilMs = 0;
      const answer = session.answer(channel, now);
      sessions.update(session);
      return respond(session, request, receivedMs, { ...answer, wantComplete: true });
    }
    channel.openUntilMs = Number.POSITIVE_INFINITY;
    session.accepts = !pauses;
    session.accept(request.profile ?? deps.profileOf(record));
    try {
      if (!(await renew(session, channel, request))) return respond(session, request, receivedMs, undefined);
    } catch (error) {
      if (channel.calls === call) channel.openUntilMs = 0;
      sessions.update(session);
      throw error;
    }
    if (!request.complete && session.exceedsSlots(request.freeSlots)) session.needsComplete = true;

    const holdMs = holdMsOf(session, request, caller);
    const answer = await wait(session, channel, holdMs, receivedMs, caller);
    return respond(session, request, receivedMs, answer);
  };

  function respond(
    session: RunnerSession,
    { namespace, runnerId, receivedRevision }: SyncRunnerRequest,
    receivedMs: number,
    answer: SessionAnswer | undefined,
  ): Answer {
    const presenceEndMs = renewals.presenceEndMs(namespace, runnerId) ?? receivedMs;
    // The runner counts from before it asked, which was before the call came in: it stops in time in any case.
    const timeToLiveMs = Math.min(presenceEndMs, session.holdings.firstEndMs) - receivedMs;
    return {
      revision: answer?.revision ?? receivedRevision,
      leases: [...(answer?.leases ?? [])],
      stops: [...(answer?.stops ?? [])],
      timeToLive: durationFromMs(timeToLiveMs),
      nextCall: durationFromMs(0),
      drain: answer?.drain ?? false,
      wantComplete: answer?.wantComplete ?? false,
    };
  }
}
