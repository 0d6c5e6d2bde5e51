import { expect, test } from "vitest";
import { createChildTicks } from "./child-ticks.js";

function setup() {
  const account = { user: 10, system: 1 };
  return { account, children: createChildTicks(() => ({ ...account })) };
}

test("the growth since the last reading is that of the one child that ended", async () => {
  const { account, children } = setup();
  children.refresh();
  account.user += 7;
  const first = children.childEnded();
  expect(await first).toEqual({ user: 7, system: 0 });
  account.system += 2;
  expect(await children.childEnded()).toEqual({ user: 0, system: 2 });
});

test("of several that end at once nobody can tell", async () => {
  const { account, children } = setup();
  children.refresh();
  account.user += 7;
  expect(await Promise.all([children.childEnded(), children.childEnded()])).toEqual([undefined, undefined]);
  account.user += 1;
  expect(await children.childEnded()).toEqual({ user: 1, system: 0 });
});

test("a reading between an end and its reckoning does not take the growth away", async () => {
  const { account, children } = setup();
  children.refresh();
  account.user += 3;
  const ended = children.childEnded();
  children.refresh();
  expect(await ended).toEqual({ user: 3, system: 0 });
});

test("without a first reading, or without /proc, there is no growth", async () => {
  expect(await setup().children.childEnded()).toBeUndefined();
  const without = createChildTicks(() => undefined);
  without.refresh();
  expect(await without.childEnded()).toBeUndefined();
});
