import type { Fault, ProcessFaultKind } from "../plan/fault.js";
import type { Actor, Sim } from "./sim.js";

/** Lets happen what the plan says of processes, and what else happens at the beginning of a fault. All is over when everything is healed. */
export function planFaults(sim: Sim, actors: ReadonlyMap<string, Actor>): void {
  const { plan, world, recorder, links } = sim;
  for (const fault of plan.faults) {
    if (fault.kind === "store.away") world.after(fault.at, () => links.get(fault.process)?.breakAll());
    world.after(fault.at, () => recorder.note({ type: "mark", text: wordsOf(fault) }));
    if (!isOfProcess(fault)) continue;
    const actor = actors.get(fault.process);
    world.after(fault.at, () => {
      const ms = Math.min(fault.ms, plan.healAt - fault.at);
      if (actor && doings[fault.kind](sim, actor, ms)) sim.faults.count(fault.kind);
    });
  }
}

/** What happens to a process for so many milliseconds; false: there is none. */
const doings: Record<ProcessFaultKind, (sim: Sim, actor: Actor, ms: number) => boolean> = {
  "process.pause": ({ world }, { process }, ms) => {
    process.pause();
    world.after(ms, () => process.resume());
    return true;
  },
  "process.crash": ({ world }, actor, ms) => {
    if (!actor.process.life) return false;
    actor.process.crash();
    world.after(ms, () => bootIfDown(actor));
    return true;
  },
  "process.stop": ({ world }, actor, ms) => {
    const { process } = actor;
    const { life } = process;
    if (!life || !actor.stop) return false;
    const end = () => {
      if (process.life === life) process.crash();
    };
    actor.stop().then(end, end);
    world.after(ms, () => {
      end();
      bootIfDown(actor);
    });
    return true;
  },
};

function isOfProcess(fault: Fault): fault is Extract<Fault, { kind: ProcessFaultKind }> {
  return fault.kind in doings;
}

function bootIfDown(actor: Actor): void {
  if (!actor.process.life) actor.boot();
}

function wordsOf(fault: Fault): string {
  const whom = "process" in fault ? fault.process : `${fault.from} -> ${fault.to}`;
  return `${fault.kind} ${whom} for ${fault.ms} ms`;
}
