import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Clock, Timer } from "@switchyard/clock";
import type {
  SyncRunnerRequestSchema,
  SyncRunnerResponse,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createNotifier } from "../../notifier.js";
import { createBackoff } from "../../retry/backoff.js";
import type { Attempt } from "../attempt.js";

/** What a call says; session, channel and revision are added to it. */
export interface SyncPlan {
  readonly request: MessageInitShape<typeof SyncRunnerRequestSchema>;
  /** The attempts that it names, and so renews. */
  readonly named: readonly Attempt[];
  /** How long it may be held, in milliseconds. */
  readonly holdMs: number;
}

/** What a channel needs. */
export interface SyncChannelDeps {
  /** Makes one call. */
  readonly call: (
    request: MessageInitShape<typeof SyncRunnerRequestSchema>,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ) => Promise<SyncRunnerResponse>;
  /** What to say now; undefined: nothing. `full`: every attempt must be named. */
  readonly plan: (full: boolean) => SyncPlan | undefined;
  /** Takes an answer in, with the time before its call was sent. Answers whether it said anything new. */
  readonly received: (response: SyncRunnerResponse, sentAt: number, plan: SyncPlan) => boolean;
  /** Takes an error in; false: there is no use in going on. */
  readonly failed: (error: unknown) => boolean | Promise<boolean>;
  readonly clock: Clock;
}

/** One of the calls that a runner keeps held. */
export interface SyncChannel {
  /** What the call in flight says. */
  readonly held: { readonly plan: SyncPlan; readonly until: number } | undefined;
  /** Calls, if there is something to say and no call is in flight. */
  wake(): void;
  /** Ends the held call, whose word is out of date, and calls anew. Nothing can be lost: answers are repeated until received. */
  supersede(): void;
  /** Ends the held call and makes no other; settles when it has ended. */
  stop(): Promise<void>;
}

/** Beyond the time that a call may be held; then the connection counts as dead. */
const answerMarginMs = 10_000;
/** Answers without news, given long before the hold was over, that are borne before the next call is delayed. */
const borneEmptyAnswers = 3;
const longestPaceMs = 1_000;
/** An answer that took so long was waited for, however much sooner it came than asked: gateways have limits of their own. */
const noWaitMs = 100;

/** Makes a channel and starts its loop. */
export function createSyncChannel(deps: SyncChannelDeps): SyncChannel {
  const { clock } = deps;
  const notifier = createNotifier();
  const stopping = new AbortController();
  const backoff = createBackoff({ initialMs: 100, clock });
  let revision = 0n;
  let full = true;
  let emptyAnswers = 0;
  let held: { readonly plan: SyncPlan; readonly until: number; readonly end: AbortController } | undefined;

  const paceMs = (response: SyncRunnerResponse, news: boolean, tookMs: number, holdMs: number): number => {
    const asked = response.nextCall === undefined ? 0 : durationMs(response.nextCall);
    // Levels are stated again until they are reached: without a pace, a stop that takes its grace would spin here.
    emptyAnswers = news || tookMs >= Math.min(noWaitMs, Math.max(1, holdMs / 2)) ? 0 : emptyAnswers + 1;
    if (emptyAnswers <= borneEmptyAnswers) return asked;
    return Math.max(asked, Math.min(longestPaceMs, 10 * 2 ** (emptyAnswers - borneEmptyAnswers)));
  };

  const pause = async (ms: number) => {
    if (ms <= 0) return;
    let timer: Timer | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, ms);
    });
    await Promise.race([slept, notifier.changed()]);
    clock.clearTimeout(timer);
  };

  const round = async (plan: SyncPlan) => {
    const sentAt = clock.monotonicMs();
    const end = new AbortController();
    held = { plan, until: sentAt + plan.holdMs, end };
    try {
      const request = { ...plan.request, receivedRevision: revision };
      const options = { signal: end.signal, timeoutMs: plan.holdMs + answerMarginMs };
      const response = await deps.call(request, options);
      held = undefined;
      revision = response.revision;
      full = response.wantComplete;
      backoff.reset();
      const news = deps.received(response, sentAt, plan);
      await pause(paceMs(response, news, clock.monotonicMs() - sentAt, plan.holdMs));
    } catch (error) {
      held = undefined;
      if (end.signal.aborted) return;
      full = true;
      if (!(await deps.failed(error))) stopping.abort();
      else await backoff.wait(stopping.signal).catch(() => undefined);
    }
  };

  const loop = async () => {
    while (!stopping.signal.aborted) {
      const plan = deps.plan(full);
      if (plan === undefined) await notifier.changed();
      else await round(plan);
    }
  };
  const ended = loop();

  return {
    get held() {
      return held;
    },
    wake: () => notifier.notify(),
    supersede() {
      held?.end.abort();
      notifier.notify();
    },
    async stop() {
      stopping.abort();
      held?.end.abort();
      notifier.notify();
      await ended;
    },
  };
}
