import type { OpenJob } from "./model.js";

/** Jobs that wait for others, by the serial of a parent. */
export class Children {
  readonly #byParent = new Map<number, Set<OpenJob>>();

  /** Number of jobs that are waited for. */
  get size(): number {
    return this.#byParent.size;
  }

  /** A job waits for a parent. */
  add(parent: number, child: OpenJob): void {
    const children = this.#byParent.get(parent);
    if (children) children.add(child);
    else this.#byParent.set(parent, new Set([child]));
  }

  /** The jobs that wait for a parent. */
  of(parent: number): Iterable<OpenJob> {
    return this.#byParent.get(parent) ?? [];
  }

  /** The jobs that waited for a parent that has ended; they are no longer listed under it. */
  take(parent: number): Iterable<OpenJob> {
    const children = this.#byParent.get(parent);
    this.#byParent.delete(parent);
    return children ?? [];
  }

  /** A job that waits for others has ended itself. */
  remove(child: OpenJob): void {
    for (const { parent } of child.parents) {
      const children = this.#byParent.get(parent);
      children?.delete(child);
      if (children?.size === 0) this.#byParent.delete(parent);
    }
  }
}
