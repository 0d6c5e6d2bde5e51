import { context, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterEach, beforeEach, expect, it } from "vitest";
import { takeLinks, withCallers } from "./callers.js";
import { presentSpan } from "./present.js";

const span = (number: number): SpanContext => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: number.toString(16).padStart(16, "0"),
  traceFlags: 1,
});
const itself = (caller: SpanContext | undefined) => caller;

beforeEach(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterEach(() => context.disable());

it("runs below the first caller, with links to the others, each once", () => {
  const callers = [undefined, span(1), span(2), span(1), undefined, span(3)];
  withCallers(callers, itself, () => {
    expect(presentSpan()).toEqual(span(1));
    const { links, context: rest } = takeLinks(context.active());
    expect(links?.map((link) => link.context)).toEqual([span(2), span(3)]);
    expect(takeLinks(rest).links).toBeUndefined();
  });
});

it("runs in no trace without callers, whoever started the loop", () => {
  context.with(trace.setSpanContext(ROOT_CONTEXT, span(9)), () => {
    expect(presentSpan()).toEqual(span(9));
    withCallers([undefined], itself, () => expect(presentSpan()).toBeUndefined());
  });
});

it("has no more links than an SDK keeps", () => {
  const callers = Array.from({ length: 1_000 }, (_, i) => span(i + 1));
  withCallers(callers, itself, () => expect(takeLinks(context.active()).links).toHaveLength(128));
});
