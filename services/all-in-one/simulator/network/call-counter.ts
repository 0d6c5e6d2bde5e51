import type { World } from "../kernel/world.js";

/** Most calls of one method by one process in a second: several times what the busiest honest one makes here. */
const mostPerSecond = 120;

/** Notices who calls again and again without a pause. */
export class CallCounter {
  readonly #counts = new Map<string, number>();
  #second = 0;
  /** Who made too many calls, and when. */
  readonly storms = new Set<string>();

  constructor(readonly world: World) {}

  note(process: string, method: string): void {
    const second = Math.floor(this.world.now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.clear();
    }
    const key = `${process} ${method}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count === mostPerSecond) this.storms.add(`${process} calls ${method} ${count} times within second ${second}`);
  }
}
