import type { Violation } from "@switchyard/history";
import type { RunnerActor } from "../actors/runner.js";
import type { Sim } from "../actors/sim.js";

/** Rules about what nobody outside sees: memory against tables, rows that must be gone, sums; and that everything comes to its end once nothing is wrong any more. */
export function checkInside(sim: Sim, runners: readonly RunnerActor[], isQuiet: boolean): Violation[] {
  const violations: Violation[] = [];
  const say = (rule: string, message: string) => void violations.push({ rule, message, observations: [] });
  for (const { sort, message } of sim.findings) say("memory-agrees-with-tables", `${sort}: ${message}`);
  for (const storm of sim.calls.storms) say("no-storms", storm);
  if (!isQuiet) say("everything-ends", stuck(sim, runners));
  for (const space of sim.tables.spaces.values()) {
    for (const { serial, attempt } of space.leases.values())
      if (!space.open.has(serial))
        say("no-lost-rows", `attempt ${attempt} of job ${serial} is live, and its job is over`);
    for (const serial of space.jobs.keys()) {
      const finals = (space.outcomes.get(serial) ?? []).filter(({ jobState }) => jobState !== undefined);
      if (!space.open.has(serial) && finals.length === 0) say("no-lost-rows", `job ${serial} is neither open nor over`);
      const reopens = finals.map(({ reopen }) => reopen);
      if (new Set(reopens).size !== reopens.length) say("one-end", `job ${serial} has ended twice`);
    }
  }
  return violations;
}

/** What keeps a run from its end. */
function stuck({ tables, processes }: Sim, runners: readonly RunnerActor[]): string {
  const words: string[] = [];
  for (const space of tables.spaces.values())
    for (const { serial, decision } of space.open.values()) {
      const lease = space.leases.get(serial);
      const where = lease
        ? `runs as attempt ${lease.attempt} on ${lease.runner}`
        : `waits, ready at ${decision.readyAt}`;
      words.push(`job ${serial} (${space.jobs.get(serial)?.subject ?? "?"}) ${where}`);
    }
  for (const { plan, runner } of runners)
    words.push(`${plan.name} is ${runner?.state ?? "down"} with ${runner?.activeCount ?? 0} of ${plan.slots} slots`);
  for (const [name, { life }] of processes) if (!life) words.push(`${name} is down`);
  return words.join("; ");
}
