import type { DialectFacts } from "./facts.js";
import { guardedJanitor, janitor } from "./janitor.js";
import { guardedPipeline, pipeline } from "./pipeline.js";
import { runpack } from "./runpack.js";
import { silo } from "./silo.js";
import { guardedTaskExecutor, taskExecutor } from "./task-executor.js";

/** A dialect, or a second set of settings of one: of those with one name the first is the default. */
export const dialectFacts: readonly DialectFacts[] = [
  ...[taskExecutor, guardedTaskExecutor, silo, runpack],
  ...[janitor, guardedJanitor, pipeline, guardedPipeline],
];

/** The facts of a dialect as it is set up by default. */
export function factsOf(dialect: string): DialectFacts {
  const facts = dialectFacts.find((one) => one.dialect === dialect);
  if (facts === undefined) throw new Error(`say in test/walk/dialects.ts what the walks need to know about ${dialect}`);
  return facts;
}
