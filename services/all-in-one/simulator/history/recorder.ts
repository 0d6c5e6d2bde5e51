import type { Observation } from "@switchyard/history";
import type { World } from "../kernel/world.js";

type Unstamped<O> = O extends Observation ? Omit<O, "at"> : never;

/** Notes what everybody outside of the system saw, in the order in which it happened. */
export class Recorder {
  readonly observations: Observation[] = [];
  #calls = 0;

  constructor(readonly world: World) {}

  note(observation: Unstamped<Observation>): void {
    this.observations.push({ at: this.world.now, ...observation } as Observation);
  }

  mark(text: string): void {
    this.note({ type: "mark", text });
  }

  /** Names a call or a write. */
  nextCall(): number {
    return ++this.#calls;
  }
}
