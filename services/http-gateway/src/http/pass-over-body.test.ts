import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { passOverBody } from "./pass-over-body.js";

/** A request whose body is still on its way. */
function setUp() {
  const body = Object.assign(new PassThrough(), { complete: false });
  const seen = { over: false };
  const passing = passOverBody(body as unknown as IncomingMessage, 1_000);
  void passing?.then(() => {
    seen.over = true;
  });
  return { body, seen, passing };
}
/** Lets everything go on that waits for nothing outside. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it("waits for the end of the body", async () => {
  const { body, seen, passing } = setUp();
  body.write(Buffer.alloc(400));
  await settle();
  expect([seen.over, body.readableLength]).toEqual([false, 0]);
  body.end(Buffer.alloc(400));
  await passing;
});

it("gives up a body that is too large", async () => {
  const { body, passing } = setUp();
  body.write(Buffer.alloc(1_001));
  await passing;
  expect(body.isPaused()).toBe(true);
});

it("ends with the client", async () => {
  const { body, passing } = setUp();
  body.destroy();
  await passing;
});

it("has nothing to do where the body was read, or was given up", () => {
  const read = Object.assign(new PassThrough(), { complete: true }) as unknown as IncomingMessage;
  const paused = Object.assign(new PassThrough().pause(), { complete: false }) as unknown as IncomingMessage;
  expect([passOverBody(read, 1), passOverBody(paused, 1)]).toEqual([undefined, undefined]);
});
