import { expect } from "vitest";

/** Compares two things. `expect` costs more than a step of the core, so it is asked only for the words of a difference. */
export function agree(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected || JSON.stringify(actual) === JSON.stringify(expected)) return;
  expect(actual, what).toEqual(expected);
}
