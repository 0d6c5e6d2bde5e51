import { create } from "@bufbuild/protobuf";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import fc from "fast-check";
import { expect, it } from "vitest";
import { attemptKey } from "../attempt-key.js";
import { LeaseShelf } from "./lease-shelf.js";

const lease = (jobId: string, attempt = 1) => create(LeaseSchema, { jobId, attempt, timeToLive: { seconds: 30n } });
/** What a channel's confirmation says that the runner has. */
function confirmed(shelf: LeaseShelf, channel: number, received: bigint) {
  const arrived: [string, number][] = [];
  shelf.acknowledge(channel, received, 0, (key, endMs) => arrived.push([key, endMs]));
  return arrived;
}
const ids = (leases: readonly { jobId: string }[]) => leases.map(({ jobId }) => jobId).join("");

it("hands out by room, in order, with the time that is left", () => {
  const shelf = new LeaseShelf();
  for (const id of ["a", "b", "c"]) shelf.put(lease(id), 0, true);
  const handed = shelf.hand(2, 0, 1n, 5_000);
  expect(ids(handed)).toBe("ab");
  expect(handed[0]?.timeToLive?.seconds).toBe(25n);
  expect([shelf.waiting, shelf.sentOn(0), shelf.size]).toEqual([1, 2, 3]);
});

it("makes ready again what was not confirmed, and only that", () => {
  const shelf = new LeaseShelf();
  shelf.put(lease("a"), 0, true);
  shelf.hand(1, 0, 1n, 0);
  shelf.put(lease("b"), 0, true);
  shelf.hand(1, 0, 2n, 0);
  expect(confirmed(shelf, 1, 9n)).toEqual([]);
  expect(confirmed(shelf, 0, 1n)).toEqual([["a", 30_000]]);
  expect(ids(shelf.hand(9, 0, 3n, 0))).toBe("b");
});

it("hands out lost ones first, and leaves earlier messages as they were", () => {
  const shelf = new LeaseShelf();
  for (const id of ["a", "b", "c"]) shelf.put(lease(id), 0, true);
  const [lost] = shelf.hand(1, 0, 1n, 1_000);
  confirmed(shelf, 0, 0n);
  const again = shelf.hand(2, 0, 2n, 2_000);
  expect(ids(again)).toBe("ab");
  expect([lost, ...again].map((handed) => handed?.timeToLive?.seconds)).toEqual([29n, 28n, 28n]);
});

it("drops with a process that is gone what it may have received, also what counts as lost by now", () => {
  const shelf = new LeaseShelf();
  for (const id of ["a", "b", "c"]) shelf.put(lease(id), 0, true);
  shelf.put(lease("elsewhere", 2), 0, false, false);
  shelf.hand(2, 0, 1n, 0);
  shelf.reclaim(lease("a"), 0, () => false);
  expect(shelf.dropHanded().toSorted()).toEqual(["a", "b", attemptKey("elsewhere", 2)].toSorted());
  expect(ids(shelf.hand(9, 0, 2n, 0))).toBe("c");
});

it("holds back what is not sealed", () => {
  const shelf = new LeaseShelf();
  shelf.put(lease("a", 2), 0, false);
  expect([shelf.hasReady, shelf.waiting, shelf.hand(9, 0, 1n, 0)]).toEqual([false, 1, []]);
  expect(shelf.sealed(lease("a", 2), 0)).toBe(true);
  expect(shelf.hasReady).toBe(true);
  expect(shelf.sealed(lease("b", 2), 0)).toBe(false);
});

it("knows a lease once, however often it is told", () => {
  const shelf = new LeaseShelf();
  expect(shelf.put(lease("a"), 0, true)).toBe(true);
  expect(shelf.put(lease("a"), 9, true)).toBe(false);
  expect(shelf.size).toBe(1);
});

it("leaves an unnamed lease to the channel that carries it, while that is alive", () => {
  const shelf = new LeaseShelf();
  shelf.put(lease("a"), 0, true);
  shelf.hand(1, 1, 1n, 0);
  shelf.reclaim(lease("a"), 0, () => true);
  expect(shelf.hasReady).toBe(false);
  shelf.reclaim(lease("a"), 0, () => false);
  expect(shelf.hasReady).toBe(true);
});

it("gives up what has been ready for too long, never what was handed out", () => {
  const shelf = new LeaseShelf();
  shelf.put(lease("a"), 0, true);
  shelf.hand(1, 0, 1n, 0);
  shelf.put(lease("b"), 10, true);
  shelf.put(lease("c"), 20, true);
  expect(shelf.oldestReadyMs()).toBe(10);
  expect(ids(shelf.takeOverdue(10))).toBe("b");
  expect(ids(shelf.takeOverdue(Number.POSITIVE_INFINITY))).toBe("c");
  expect(shelf.size).toBe(1);
});

it("gives nothing back that the runner may have from another replica, or from an answer that seemed lost", () => {
  const shelf = new LeaseShelf();
  shelf.put(lease("a"), 0, true);
  shelf.hand(1, 0, 1n, 0);
  confirmed(shelf, 0, 0n);
  shelf.put(lease("b"), 0, true, false);
  shelf.put(lease("c"), 0, true);
  expect(shelf.waiting).toBe(3);
  expect(ids(shelf.takeOverdue(Number.POSITIVE_INFINITY))).toBe("c");
  expect(shelf.size).toBe(0);
});

it("counts what stands where, whatever happens", () => {
  const step = fc.tuple(fc.nat(8), fc.nat(5), fc.nat(1), fc.nat(4));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const shelf = new LeaseShelf();
      let revision = 0n;
      const handed = new Set<string>();
      for (const [what, id, channel, room] of steps) {
        const one = lease(String(id));
        if (what <= 2) {
          if (shelf.put(one, 0, what > 0)) handed.delete(one.jobId);
        } else if (what === 3) shelf.sealed(one, 0);
        else if (what === 4) {
          for (const { jobId } of shelf.hand(room, channel, ++revision, 0)) handed.add(jobId);
        } else if (what === 5) confirmed(shelf, channel, revision - BigInt(room));
        else if (what === 6) shelf.reclaim(one, 0, () => room === 0);
        else if (what === 7) shelf.drop(String(id));
        else shelf.dropHanded();
        expect(shelf.waiting + shelf.sentOn(0) + shelf.sentOn(1)).toBe(shelf.size);
      }
      for (let id = 0; id <= 5; id++) shelf.sealed(lease(String(id)), 0);
      const ready = shelf.waiting;
      expect(shelf.hasReady).toBe(ready > 0);
      const overdue = shelf.takeOverdue(0);
      expect(overdue.filter(({ jobId }) => handed.has(jobId))).toEqual([]);
      expect(overdue.length).toBeGreaterThanOrEqual(ready - handed.size);
      expect([shelf.waiting, shelf.hasReady]).toEqual([0, false]);
      shelf.dropHanded();
      expect([shelf.size, shelf.waiting, shelf.sentOn(0), shelf.sentOn(1)]).toEqual([0, 0, 0, 0]);
    }),
  );
});
