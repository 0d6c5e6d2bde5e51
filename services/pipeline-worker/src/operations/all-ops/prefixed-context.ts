import type { OperationContext } from "../../operation.js";

/** The same run, with a prefix before the keys of its layers: two operations share it. */
export function prefixedContext(context: OperationContext, prefix: string): OperationContext {
  return {
    ...context,
    layer: (key, status, message, metadata) => context.layer(`${prefix}${key}`, status, message, metadata),
  };
}
