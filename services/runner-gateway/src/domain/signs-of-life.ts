import type { Clock } from "@switchyard/clock";
import type { Activity } from "./activity.js";
import type { Renewals } from "./renewals/renewals.js";
import { isPresent, type RunnerRow } from "./runner-record.js";
import { type RunnerRegistry, requireUsable } from "./runner-registry.js";

/** Takes every call of a runner as a sign of life, also one that is then refused. */
export interface SignsOfLife {
  /** Notes the call for the fleet view only; for calls that see to the presence themselves. */
  touch(namespace: string, runnerId: string): void;
  /**
   * Notes the call and renews the runner's presence. A runner that is not registered is passed over: whoever holds an attempt
   * may report it. An empty id means that the caller did not say who it is.
   *
   * @throws SwitchyardError TOKEN_REVOKED
   */
  note(namespace: string, runnerId: string): Promise<void>;
  /** Settles when every replica shows the runner as present, whose call was noted: at once unless it was just read as absent. */
  showPresent(row: RunnerRow): Promise<void>;
}

/** Creates the taker. Both writes are shared among all runners, and nobody waits for them but who comes back. */
export function createSignsOfLife(
  activity: Activity,
  renewals: Renewals,
  registry: RunnerRegistry,
  clock: Clock,
): SignsOfLife {
  return {
    touch: activity.touch,
    async note(namespace, runnerId) {
      if (runnerId === "") return;
      activity.touch(namespace, runnerId);
      const record = await registry.find(namespace, runnerId);
      if (record === undefined) return;
      requireUsable(record, runnerId);
      renewals.touch(namespace, runnerId, record.presenceMs);
    },
    async showPresent(row) {
      if (!isPresent(row, clock.wallMs())) await activity.flush();
    },
  };
}
