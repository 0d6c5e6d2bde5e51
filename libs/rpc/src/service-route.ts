import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";

/** One service of a contract together with the handlers that serve it; what every mount takes a list of. */
export interface ServiceRoute {
  /** The generated description of the service. */
  readonly service: DescService;
  /** The handlers by the method's local name; a missing one answers UNIMPLEMENTED. */
  readonly implementation: Partial<ServiceImpl<DescService>>;
}

/**
 * Pairs a service with its handlers, checked by type. Handlers have Connect's shape: they take the request (or an
 * async iterable of requests) and a `HandlerContext`, and return the response (or an async iterable of responses).
 */
export function route<T extends DescService>(service: T, implementation: Partial<ServiceImpl<T>>): ServiceRoute {
  return { service, implementation: implementation as Partial<ServiceImpl<DescService>> };
}
