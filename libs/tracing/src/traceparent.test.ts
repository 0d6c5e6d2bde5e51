import { expect, it } from "vitest";
import { formatTraceparent, keptTraceparent, parseTraceparent } from "./traceparent.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

it("reads a traceparent", () => {
  const span = parseTraceparent(`00-${traceId}-${spanId}-01`);
  expect(span).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
});

it.each([null, "", "nonsense", `ff-${traceId}-${spanId}-01`, `00-${"0".repeat(32)}-${spanId}-01`])(
  "takes %s for none",
  (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  },
);

it("takes what a later version says behind the flags, and this one may not", () => {
  expect(parseTraceparent(`01-${traceId}-${spanId}-01-more`)).toMatchObject({ traceId });
  expect(parseTraceparent(`00-${traceId}-${spanId}-01-more`)).toBeUndefined();
});

it("keeps sampled traces only, written as this version writes them", () => {
  expect(keptTraceparent(`01-${traceId}-${spanId}-03-more`)).toBe(`00-${traceId}-${spanId}-01`);
  expect(keptTraceparent(`00-${traceId}-${spanId}-00`)).toBe("");
  expect(keptTraceparent("nonsense")).toBe("");
});

it("writes what it reads", () => {
  const text = `00-${traceId}-${spanId}-00`;
  expect(formatTraceparent(parseTraceparent(text) ?? expect.fail("was not read"))).toBe(text);
});
