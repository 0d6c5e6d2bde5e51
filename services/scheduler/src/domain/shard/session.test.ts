import { expect, test } from "vitest";
import type { LiveAttempt } from "../core/model.js";
import { type Delivery, GatewaySession } from "./session.js";

/** Sessions take attempts along and look at nothing of them. */
const attempt = (number: number) => ({ number }) as LiveAttempt;
const told = ({ number, attempts }: Delivery) => [number, ...attempts.map((one) => one.number)];

test("an answer that was not received is repeated with what is new", () => {
  const session = new GatewaySession();
  session.deliver(attempt(1));
  expect(told(session.take())).toEqual([1, 1]);
  expect(session.hasNews).toBe(true);
  session.deliver(attempt(2));
  expect(told(session.take())).toEqual([2, 1, 2]);
  session.received(2);
  expect(session.hasNews).toBe(false);
});

test("what an earlier answer brought does not come again once that is received, though a later one repeated it", () => {
  const session = new GatewaySession();
  session.deliver(attempt(1));
  session.take();
  session.deliver(attempt(2));
  session.take();
  session.received(1);
  session.deliver(attempt(3));
  expect(told(session.take())).toEqual([3, 2, 3]);
});

test("an answer that only repeats counts as received with the one that it repeats", () => {
  const session = new GatewaySession();
  session.deliver(attempt(1));
  session.take();
  expect(told(session.take())).toEqual([2, 1]);
  session.received(1);
  expect(session.hasNews).toBe(false);
});
