import { createInMemoryTransport } from "@switchyard/rpc";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createOwnerConnections } from "./owner-connections.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Connections whose state is set by hand, on a clock that is moved by hand. */
function setUp() {
  const up = new Set<string>();
  const log: string[] = [];
  const connections = createOwnerConnections({
    open: (address) => {
      log.push(`open ${address}`);
      return {
        ...createInMemoryTransport({ routes: [] }),
        isConnected: () => up.has(address),
        close: () => void log.push(`close ${address}`),
      };
    },
  });
  return { up, log, connections };
}

it("gives out a connection when it stands", () => {
  const { up, log, connections } = setUp();
  expect(connections.find("a")).toBeUndefined();
  up.add("a");
  expect(connections.find("a")?.address).toBe("a");
  expect(log).toEqual(["open a"]);
});

it("ends what has had no call for a minute, and not what has one", () => {
  const { up, log, connections } = setUp();
  up.add("a").add("b");
  connections.find("a");
  const busy = connections.find("b");
  if (busy) busy.calls++;
  vi.advanceTimersByTime(90_000);
  expect(log).toEqual(["open a", "open b", "close a"]);
  connections.close();
  expect(log.at(-1)).toBe("close b");
  expect(vi.getTimerCount()).toBe(0);
  expect(connections.find("a")).toBeUndefined();
});

it("leaves an address alone for a while that was not reached", () => {
  const { up, log, connections } = setUp();
  connections.find("a");
  vi.advanceTimersByTime(9_999);
  expect(connections.find("a")).toBeUndefined();
  expect(log).toEqual(["open a"]);
  vi.advanceTimersByTime(1);
  expect(connections.find("a")).toBeUndefined();
  expect(log).toEqual(["open a", "close a"]);
  up.add("a");
  vi.advanceTimersByTime(59_000);
  expect(connections.find("a")).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  expect(connections.find("a")?.address).toBe("a");
  expect(log).toEqual(["open a", "close a", "open a"]);
});
