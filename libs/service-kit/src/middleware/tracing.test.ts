import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { remoteParent } from "./tracing.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

it("reads a traceparent", () => {
  const span = trace.getSpanContext(remoteParent(`00-${traceId}-${spanId}-01`));
  expect(span).toMatchObject({ traceId, spanId, traceFlags: 1, isRemote: true });
});

it.each([null, "", "nonsense", `ff-${traceId}-${spanId}-01`, `00-${"0".repeat(32)}-${spanId}-01`])(
  "takes %s for none",
  (header) => {
    expect(remoteParent(header)).toBe(ROOT_CONTEXT);
  },
);
