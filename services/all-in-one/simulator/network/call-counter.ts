import type { World } from "../kernel/world.js";
import type { Plan } from "../plan/plan.js";

/** Most calls of one method by one process in a second: several times what the busiest honest one makes here. */
const mostPerSecond = 120;
/** The same where any gateway gets a runner's next call: it names all that it has wherever it is not known as it is, up to six calls for each change. */
const mostWherePassedAround = 240;

/** Notices who calls again and again without a pause. */
export class CallCounter {
  readonly #counts = new Map<string, number>();
  readonly #most: number;
  #second = 0;
  /** Who made too many calls, and when. */
  readonly storms = new Set<string>();

  constructor(
    readonly world: World,
    { balances, gateways }: Plan,
  ) {
    this.#most = balances === "calls" && gateways > 1 ? mostWherePassedAround : mostPerSecond;
  }

  note(process: string, method: string): void {
    const second = Math.floor(this.world.now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.clear();
    }
    const key = `${process} ${method}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count === this.#most) this.storms.add(`${process} calls ${method} ${count} times within second ${second}`);
  }
}
