import type { OpenJob } from "./model.js";

/**
 * The open jobs of a namespace that are objects, found by slot. A dense list, and for each slot where its object stands in it: no hash, since
 * every job is in here twice, at its admission and its claim, and a `Map` that is filled and emptied all the time is made anew all the time.
 */
export class JobObjects {
  readonly #jobs: OpenJob[] = [];
  /** By slot: 1 + the index in the list; 0 for a job that is columns only. */
  #places = new Int32Array(64);

  /** The object of the job in a slot; undefined if there is none. */
  at(slot: number): OpenJob | undefined {
    // Before the first element stands none.
    return slot < this.#places.length ? this.#jobs[(this.#places[slot] as number) - 1] : undefined;
  }

  /** Makes this the object of the job in its slot. */
  set(job: OpenJob): void {
    const { slot } = job;
    if (slot >= this.#places.length) this.#grow(slot);
    const place = this.#places[slot] as number;
    if (place > 0) this.#jobs[place - 1] = job;
    else this.#places[slot] = this.#jobs.push(job);
  }

  /** Lets the object of the job in a slot go. */
  delete(slot: number): void {
    const place = slot < this.#places.length ? (this.#places[slot] as number) : 0;
    if (place === 0) return;
    this.#places[slot] = 0;
    const last = this.#jobs.pop() as OpenJob;
    if (place > this.#jobs.length) return;
    this.#jobs[place - 1] = last;
    this.#places[last.slot] = place;
  }

  /** How many there are. */
  get size(): number {
    return this.#jobs.length;
  }

  /** All objects, in no order. */
  values(): Iterable<OpenJob> {
    return this.#jobs;
  }

  #grow(slot: number): void {
    const grown = new Int32Array(2 * slot);
    grown.set(this.#places);
    this.#places = grown;
  }
}
