import { inChildSpan } from "@switchyard/tracing";
import { type DatabaseAttributes, statementSpan } from "./statement-span.js";

type Query = (query: never, ...more: unknown[]) => unknown;

/**
 * Makes a span of each statement that is sent within a trace. Only of those whose answer is a promise: a pool sends its own by callback, at a
 * moment when another caller's trace may be the present one, and has made their span when they were asked for.
 */
export function traceQueries(target: { query: unknown }, database: DatabaseAttributes): void {
  const query = (target.query as Query).bind(target);
  target.query = (statement: never, ...more: unknown[]) => {
    const isPlain = typeof statement === "string" || typeof (statement as { submit?: unknown })?.submit !== "function";
    if (!isPlain || typeof more.at(-1) === "function") return query(statement, ...more);
    return inChildSpan(
      () => statementSpan(statement, database),
      () => query(statement, ...more) as Promise<unknown>,
    );
  };
}
