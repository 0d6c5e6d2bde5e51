import type { LimitKey } from "./limit-key.js";
import type { LiveAttempt, OpenJob, RunnerPresence } from "./model.js";
import type { RetentionFamily } from "./retention-bucket.js";
import type { Namespace } from "./namespace.js";
import { Timers } from "./timers.js";

/** What can come due. Whoever handles it looks whether it still holds. */
export type Due =
  | { readonly type: "lease"; readonly attempt: LiveAttempt }
  | { readonly type: "execution"; readonly attempt: LiveAttempt }
  | { readonly type: "presence"; readonly runner: RunnerPresence }
  | { readonly type: "ready"; readonly job: OpenJob }
  | { readonly type: "not-started"; readonly job: OpenJob }
  | { readonly type: "refill"; readonly space: Namespace; readonly key: LimitKey };

/** All that the core of one shard knows. */
export interface CoreState {
  readonly spaces: Map<string, Namespace>;
  readonly timers: Timers<Due>;
  /** How long jobs are kept when nothing else is said. */
  readonly standard: RetentionFamily;
  /** Called when a runner's presence begins or ends. Must not throw. */
  onPresence: (runner: RunnerPresence, online: boolean, now: number) => void;
}

/** The core of a shard that owns nothing yet. */
export function createCoreState(standard: RetentionFamily): CoreState {
  return { spaces: new Map(), timers: new Timers(), standard, onPresence: () => undefined };
}
