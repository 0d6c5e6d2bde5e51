import type { ShelvedLease } from "./shelved-lease.js";

/** Leases in the order in which they became ready. Those that are gone are passed over, each once. */
export class ReadyQueue {
  #leases: ShelvedLease[] = [];
  #next = 0;

  /** Adds a lease that has just become ready. */
  add(shelved: ShelvedLease): void {
    this.#leases.push(shelved);
  }

  /** The lease that has been ready for longest; undefined when none is. */
  first(): ShelvedLease | undefined {
    for (; this.#next < this.#leases.length; this.#next++) {
      const shelved = this.#leases[this.#next] as ShelvedLease;
      if (shelved.place.at === "ready") {
        if (this.#next > maxPassed) this.#forgetPassed();
        return shelved;
      }
    }
    if (this.#next > 0) this.#forgetPassed();
    return undefined;
  }

  /** Takes the lease that has been ready for longest. */
  take(): ShelvedLease | undefined {
    const first = this.first();
    if (first !== undefined) this.#next++;
    return first;
  }

  #forgetPassed(): void {
    this.#leases = this.#leases.slice(this.#next);
    this.#next = 0;
  }
}

/** Above so many passed places the list is cut. */
const maxPassed = 1_000;
