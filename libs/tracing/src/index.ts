export { type Caller, outsideTraces, withCallers } from "./callers.js";
export { type ChildSpanInit, failSpan, inChildSpan, startChildSpan } from "./child-span.js";
export { contextBelow, inSpan, startSpanBelow } from "./job-trace.js";
export { isTracing, presentSpan, presentTraceparent } from "./present.js";
export { formatTraceparent, keptTraceparent, parseTraceparent } from "./traceparent.js";
