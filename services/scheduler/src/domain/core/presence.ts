import type { CoreState } from "./core-state.js";
import type { RunnerPresence } from "./model.js";

/** A sign of life: the runner is present for `presenceMs` from now. */
export function touchPresence(state: CoreState, now: number, runner: RunnerPresence, presenceMs: number): void {
  if (runner.presentUntil <= now) state.onPresence(runner, true, now);
  runner.presenceMs = presenceMs;
  runner.presentUntil = now + presenceMs;
  // A timer that is running finds the new end when it fires.
  runner.presenceTimer ??= state.timers.add(runner.presentUntil, { type: "presence", runner });
}
