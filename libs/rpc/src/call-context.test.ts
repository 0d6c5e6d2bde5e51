import { Health } from "@switchyard/proto/grpc/health/v1/health_pb";
import { expect, it, vi } from "vitest";
import { CallContext, whenAborted } from "./call-context.js";

function contextOf(deadline?: number): CallContext {
  return new CallContext({
    method: Health.method.check,
    protocolName: "grpc",
    deadline,
    watchesDeadline: true,
    headers: { all: () => new Headers(), read: () => null },
  });
}

it("tells listeners why it was aborted, the first reason only, and those that come later at once", () => {
  const context = contextOf();
  const [told, released, late] = [vi.fn(), vi.fn(), vi.fn()];
  whenAborted(context, told);
  whenAborted(context, released)();
  context.abort("first");
  context.abort("second");
  whenAborted(context, late);
  expect(told.mock.calls).toEqual([["first"]]);
  expect(released).not.toHaveBeenCalled();
  expect(late.mock.calls).toEqual([["first"]]);
});

it("tells listeners that the deadline has passed, as it tells the signal", async () => {
  const context = contextOf(Date.now() + 20);
  const told = vi.fn();
  whenAborted(context, told);
  expect(context.signal.aborted).toBe(false);
  await vi.waitFor(() => expect(context.signal.aborted).toBe(true), { timeout: 20_000 });
  expect(told.mock.calls).toEqual([[context.signal.reason]]);
});

it("listens to the signal of any other context", () => {
  const controller = new AbortController();
  const told = vi.fn();
  const context = { signal: controller.signal } as never;
  whenAborted(context, told);
  controller.abort("gone");
  whenAborted(context, told);
  expect(told.mock.calls).toEqual([["gone"], ["gone"]]);
});
