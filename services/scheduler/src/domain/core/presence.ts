import type { CoreState } from "./core-state.js";
import type { RunnerPresence } from "./model.js";

/** A sign of life: the runner is present for `presenceMs` from now. */
export function touchPresence(state: CoreState, now: number, runner: RunnerPresence, presenceMs: number): void {
  if (runner.presentUntil <= now) state.onPresence(runner, true, now);
  runner.presenceMs = presenceMs;
  runner.presentUntil = now + presenceMs;
  // A timer that is running finds a later end when it fires.
  if (runner.presenceTimer && runner.presenceTimer.at <= runner.presentUntil) return;
  state.timers.cancel(runner.presenceTimer);
  runner.presenceTimer = state.timers.add(runner.presentUntil, { type: "presence", runner });
}
