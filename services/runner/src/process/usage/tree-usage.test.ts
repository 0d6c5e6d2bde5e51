import { expect, test } from "vitest";
import type { ProcessStat } from "./process-stat.js";
import { createTreeUsage } from "./tree-usage.js";

const leader = 100;
const one = (id: number, user: number, more: Partial<ProcessStat> = {}): ProcessStat => ({
  ...{ id, state: "S", parent: leader, group: leader, session: leader, startTick: id },
  cpu: { user, system: 0 },
  ...more,
});

function setup() {
  const tree = createTreeUsage(leader);
  return { tree, look: (...processes: ProcessStat[]) => tree.take(tree.membersOf(processes)) };
}

test("what was waited for is in its parent's time and counts once", () => {
  const { tree, look } = setup();
  look(one(leader, 5, { parent: 1 }), one(101, 7));
  expect([tree.leader.user, tree.others.user]).toEqual([5, 7]);
  look(one(leader, 13, { parent: 1 }));
  expect([tree.leader.user, tree.others.user]).toEqual([13, 0]);
});

test("an orphan that ends counts with what it was last seen at", () => {
  const { tree, look } = setup();
  look(one(leader, 5, { parent: 1 }), one(101, 7));
  look(one(101, 9, { parent: 1 }));
  expect(tree.others.user).toBe(9);
  look();
  expect(tree.others.user).toBe(9);
});

test("strangers don't count, children that left group and session do, also when their parent is gone", () => {
  const { tree, look } = setup();
  const away = { group: 300, session: 300 };
  look(one(leader, 1), one(102, 3, { ...away, parent: 101 }), one(101, 2), one(300, 50, { ...away, parent: 1 }));
  expect(tree.others.user).toBe(5);
  look(one(leader, 3), one(102, 4, { ...away, parent: 1 }), one(300, 60, { ...away, parent: 1 }));
  expect(tree.others.user).toBe(4);
});

test("another process with the number of one that has ended is another process", () => {
  const { tree, look } = setup();
  look(one(leader, 1), one(101, 8, { parent: 1 }));
  look(one(leader, 1), one(101, 2, { group: 5, session: 5, parent: 1, startTick: 999 }));
  expect(tree.others.user).toBe(8);
});
