import fc from "fast-check";
import { expect, test } from "vitest";
import type { JobBody } from "../core/writes.js";
import { BodyPages } from "./body-pages.js";

function bodyOf(size: number): JobBody {
  return { subject: "", input: new Uint8Array(size), contentType: "", extras: undefined, resumeFrom: 0 };
}

/** What is kept of these jobs, as `space/serial`. */
function keptOf(pages: BodyPages, jobs: readonly (readonly [number, number])[]): string[] {
  return jobs.filter(([space, serial]) => pages.get(space, serial)).map(([space, serial]) => `${space}/${serial}`);
}

test("keeps what was set, until it is deleted", () => {
  const space = fc.integer({ min: 1, max: 3 });
  // Serials on both sides of the ends of pages, and beyond 32 bits.
  const serial = fc.oneof(fc.integer({ min: 120, max: 140 }), fc.constantFrom(1, 255, 256, 2 ** 39, 2 ** 40 - 1));
  const step = fc.record({ space, serial, size: fc.option(fc.nat(50), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const pages = new BodyPages();
      const expected = new Map<string, JobBody>();
      for (const { space, serial, size } of steps) {
        const key = `${space}/${serial}`;
        if (size === undefined) {
          pages.delete(space, serial);
          expected.delete(key);
        } else {
          const body = bodyOf(size);
          pages.set(space, serial, body);
          expected.set(key, body);
        }
        expect(pages.get(space, serial)).toBe(expected.get(key));
      }
      for (const { space, serial } of steps) expect(pages.get(space, serial)).toBe(expected.get(`${space}/${serial}`));
      for (const { space, serial } of steps) pages.delete(space, serial);
      expect(pages.bytes).toBe(0);
    }),
  );
});

test("lets the first of a page go first, and no more than it has to", () => {
  const pages = new BodyPages();
  for (const serial of [3, 1, 2]) pages.set(1, serial, bodyOf(1_000));
  const jobs = [1, 2, 3].map((serial) => [1, serial] as const);
  pages.shrinkTo(pages.bytes - 1);
  expect(keptOf(pages, jobs)).toEqual(["1/2", "1/3"]);
  pages.set(1, 1, bodyOf(1_000));
  pages.shrinkTo(pages.bytes - 1_101);
  expect(keptOf(pages, jobs)).toEqual(["1/3"]);
  pages.shrinkTo(0);
  expect(pages.bytes).toBe(0);
});

test("lets the page go first that was not written to for longest", () => {
  const pages = new BodyPages();
  for (const space of [1, 2, 1]) pages.set(space, space === 2 ? 1 : 5, bodyOf(1_000));
  pages.shrinkTo(pages.bytes - 1);
  const jobs = [[1, 5] as const, [2, 1] as const];
  expect(keptOf(pages, jobs)).toEqual(["1/5"]);
});

test("does not mistake one job for another in namespaces that are too many", () => {
  const pages = new BodyPages();
  for (const space of [2 ** 20, 2 ** 21]) {
    pages.set(space, 1, bodyOf(1));
    expect(pages.get(space, 1)).toBeUndefined();
  }
});
