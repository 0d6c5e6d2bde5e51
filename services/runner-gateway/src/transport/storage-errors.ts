import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { DescService } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { classifyError, type ErrorClass } from "@switchyard/postgres";
import type { ServiceRoute } from "@switchyard/rpc";

/** What may pass by itself, so that the caller may repeat the call. All calls of this service bear repetition. */
const passing: ReadonlySet<ErrorClass> = new Set<ErrorClass>(["unavailable", "exhausted", "timeout", "retryable"]);

/**
 * The same route with failures of the database told apart: what callers may repeat is STORAGE_UNAVAILABLE, all else passes as
 * it is. Streams are left alone; their readers begin again anyway.
 */
export function withStorageErrors({ service, implementation }: ServiceRoute): ServiceRoute {
  const guarded: Record<string, unknown> = { ...implementation };
  for (const method of service.methods) {
    const handler = guarded[method.localName] as ((request: unknown, context: HandlerContext) => unknown) | undefined;
    if (handler === undefined || method.methodKind !== "unary") continue;
    guarded[method.localName] = async (request: unknown, context: HandlerContext) => {
      try {
        return await handler(request, context);
      } catch (error) {
        throw translate(error);
      }
    };
  }
  return { service, implementation: guarded as Partial<ServiceImpl<DescService>> };
}

function translate(error: unknown): unknown {
  if (!passing.has(classifyError(error))) return error;
  return new SwitchyardError("STORAGE_UNAVAILABLE", "the database does not answer as it should", {}, { cause: error });
}
