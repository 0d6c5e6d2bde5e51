import type { Fault, FaultKind, NetFaultKind, StoreFaultKind } from "../plan/fault.js";
import type { Random } from "./random.js";
import type { World } from "./world.js";

type StoreFault = Extract<Fault, { kind: StoreFaultKind }>;
type NetFault = Extract<Fault, { kind: NetFaultKind }>;

/** Says which faults meet whom at this moment, and counts those that did. */
export class FaultBoard {
  readonly #store: StoreFault[] = [];
  readonly #net: NetFault[] = [];
  /** How often each sort of fault has really happened. */
  readonly counts = new Map<FaultKind, number>();
  #healed = false;

  constructor(
    faults: readonly Fault[],
    readonly world: World,
    readonly random: Random,
  ) {
    for (const fault of faults) {
      if (fault.kind.startsWith("store.")) this.#store.push(fault as StoreFault);
      else if (fault.kind.startsWith("net.")) this.#net.push(fault as NetFault);
    }
  }

  /** From now on nothing is wrong any more. */
  heal(): void {
    this.#healed = true;
  }

  /** A fault has happened. */
  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** What meets a statement of a process now, if anything. */
  store(process: string): StoreFaultKind | undefined {
    for (const fault of this.#store) {
      if (fault.process !== process || !this.#isOn(fault) || !this.random.chance(fault.chance)) continue;
      this.count(fault.kind);
      return fault.kind;
    }
    return undefined;
  }

  /** Whether a process has no database now; asked where nothing is counted. */
  isStoreAway(process: string): boolean {
    return this.#store.some((fault) => fault.kind === "store.away" && fault.process === process && this.#isOn(fault));
  }

  /** What meets a message between two processes now, if anything. */
  net(from: string, to: string, kinds: readonly NetFaultKind[]): NetFaultKind | undefined {
    for (const fault of this.#net) {
      if (!kinds.includes(fault.kind) || !this.#isOn(fault) || !isBetween(fault, from, to)) continue;
      if (!this.random.chance(fault.chance)) continue;
      this.count(fault.kind);
      return fault.kind;
    }
    return undefined;
  }

  #isOn({ at, ms }: { readonly at: number; readonly ms: number }): boolean {
    return !this.#healed && at <= this.world.now && this.world.now < at + ms;
  }
}

/** A half-open link is so in one direction; everything else is wrong in both. */
function isBetween(fault: NetFault, from: string, to: string): boolean {
  if (fault.from === from && fault.to === to) return true;
  return fault.kind !== "net.half-open" && fault.from === to && fault.to === from;
}
