import { expect, it } from "vitest";
import { sharedRead } from "./shared-read.js";

interface Begun {
  readonly resolve: (value: number) => void;
  readonly reject: (error: Error) => void;
}

function setUp() {
  const reads: Begun[] = [];
  const read = sharedRead(() => new Promise<number>((resolve, reject) => void reads.push({ resolve, reject })));
  return { reads, read };
}
/** Lets everything go on that waits for nothing outside. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it("gives those who ask during a read the next one, all the same", async () => {
  const { reads, read } = setUp();
  const first = read();
  const later = [read(), read()];
  await settle();
  expect(reads).toHaveLength(1);
  reads[0]?.resolve(1);
  expect(await first).toBe(1);
  await settle();
  expect(reads).toHaveLength(2);
  reads[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
});

it("reads anew for whoever comes when none is under way", async () => {
  const { reads, read } = setUp();
  for (const value of [1, 2]) {
    const answer = read();
    reads.at(-1)?.resolve(value);
    expect(await answer).toBe(value);
    await settle();
  }
});

it("tells of a failure those alone who asked for that read", async () => {
  const { reads, read } = setUp();
  const [first, second] = [read(), read()];
  reads[0]?.reject(new Error("away"));
  await expect(first).rejects.toThrow("away");
  await settle();
  reads[1]?.resolve(2);
  expect(await second).toBe(2);
});
