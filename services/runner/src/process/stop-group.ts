import { setTimeout as sleep } from "node:timers/promises";
import { liveProcesses, type ProcessGroup, signalGroup, signalProcesses } from "./process-group.js";

/**
 * Ends all processes of an attempt: SIGTERM once to each, the grace, then SIGKILL, again and again for those that are born
 * meanwhile. Settles only when none is left. The system tells nobody when a group ends, hence the looking, at growing
 * intervals up to 100 ms.
 *
 * @param graceMs time between the two signals, in milliseconds; 0 kills at once
 */
export async function stopGroup(group: ProcessGroup, graceMs: number): Promise<void> {
  const killAt = performance.now() + graceMs;
  const asked = new Set<number>();
  let intervalMs = 2;
  for (;;) {
    const live = await liveProcesses(group);
    if (live.length === 0) return;
    const leftMs = killAt - performance.now();
    if (leftMs <= 0) {
      // The group first, so that none of it can start another one between two single signals.
      signalGroup(group, "SIGKILL");
      signalProcesses(live, "SIGKILL");
    } else {
      const unasked = live.filter((id) => !asked.has(id));
      signalProcesses(unasked, "SIGTERM");
      // A stopped process sees SIGTERM only when it goes on.
      signalProcesses(unasked, "SIGCONT");
      for (const id of unasked) asked.add(id);
    }
    await sleep(leftMs > 0 ? Math.min(intervalMs, Math.ceil(leftMs)) : intervalMs);
    intervalMs = Math.min(100, intervalMs * 2);
  }
}
