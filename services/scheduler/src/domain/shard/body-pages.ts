import type { JobBody } from "../core/writes.js";
import { bodyBytes } from "./write-sizes.js";

/** Serials per page. A page is 1 KiB, so a lone body costs that much and those of a dense run 8 bytes each. */
const pageSize = 128;
const pageBytes = 8 * pageSize;

/** Bodies of one run of serials of a namespace. */
interface Page {
  readonly space: number;
  readonly number: number;
  readonly bodies: (JobBody | undefined)[];
  count: number;
  /** None stands before this index. */
  first: number;
  /** The page that was last written to before, and after, this one. */
  older: Page | undefined;
  newer: Page | undefined;
}

/**
 * Bodies by namespace and serial, with the oldest found at once. Serials are dense, so that pages of them need no hash and no node for each
 * body: a `Map` of as many entries as there are bodies costs more than all else of a submit together, and stops the process when it grows.
 *
 * The oldest is the first body of the page that has gone unwritten for longest.
 */
export class BodyPages {
  readonly #pages = new Map<number, Page>();
  #oldest: Page | undefined;
  #newest: Page | undefined;
  /** The page that was asked for last: the next job is mostly its neighbour. */
  #last: Page | undefined;
  /** The list of a page that became empty, so that a job which comes and goes alone makes none anew. */
  #spare: (JobBody | undefined)[] | undefined;
  #bytes = 0;

  /** About how many bytes the bodies and pages take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A body; undefined when it is not kept. */
  get(space: number, serial: number): JobBody | undefined {
    return this.#find(space, Math.floor(serial / pageSize))?.bodies[serial % pageSize];
  }

  /** Keeps a body, as the youngest. Those of namespaces beyond the millionth are simply not kept. */
  set(space: number, serial: number, body: JobBody): void {
    if (space >= 2 ** 20) return;
    const page = this.#pageFor(space, Math.floor(serial / pageSize));
    const index = serial % pageSize;
    const before = page.bodies[index];
    page.bodies[index] = body;
    if (before) this.#bytes -= bodyBytes(before);
    else page.count++;
    this.#bytes += bodyBytes(body);
    if (index < page.first) page.first = index;
  }

  /** Lets a body go. */
  delete(space: number, serial: number): void {
    const page = this.#find(space, Math.floor(serial / pageSize));
    if (page) this.#take(page, serial % pageSize);
  }

  /** Lets the oldest go until no more than `maxBytes` are left. */
  shrinkTo(maxBytes: number): void {
    while (this.#oldest && this.#bytes > maxBytes) this.#take(this.#oldest, this.#oldest.first++);
  }

  #take(page: Page, index: number): void {
    const body = page.bodies[index];
    if (!body) return;
    page.bodies[index] = undefined;
    this.#bytes -= bodyBytes(body);
    if (--page.count > 0) return;
    this.#unlink(page);
    this.#pages.delete(keyOf(page.space, page.number));
    this.#bytes -= pageBytes;
    if (this.#last === page) this.#last = undefined;
    this.#spare = page.bodies;
  }

  #find(space: number, number: number): Page | undefined {
    const last = this.#last;
    if (last && last.number === number && last.space === space) return last;
    const found = this.#pages.get(keyOf(space, number));
    if (found) this.#last = found;
    return found;
  }

  #pageFor(space: number, number: number): Page {
    let page = this.#find(space, number);
    if (page && page === this.#newest) return page;
    if (page) {
      this.#unlink(page);
    } else {
      const bodies = this.#spare ?? new Array<JobBody | undefined>(pageSize).fill(undefined);
      this.#spare = undefined;
      page = { space, number, bodies, count: 0, first: pageSize, older: undefined, newer: undefined };
      this.#pages.set(keyOf(space, number), page);
      this.#bytes += pageBytes;
      this.#last = page;
    }
    page.older = this.#newest;
    if (this.#newest) this.#newest.newer = page;
    else this.#oldest = page;
    this.#newest = page;
    return page;
  }

  #unlink(page: Page): void {
    const { older, newer } = page;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    page.older = undefined;
    page.newer = undefined;
  }
}

/** Exact, and so unique, for all serials (40 bits) of the first million namespaces. */
function keyOf(space: number, number: number): number {
  return space * 2 ** 33 + number;
}
