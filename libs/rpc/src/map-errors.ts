import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceRoute } from "./service-route.js";

type Handler = (request: unknown, context: HandlerContext) => unknown;

/**
 * The same route, with everything that its handlers throw put through `translate`: for a service whose store has errors of its own. Streams
 * of answers are translated too, wherever they break.
 */
export function mapErrors(
  { service, implementation }: ServiceRoute,
  translate: (error: unknown) => unknown,
): ServiceRoute {
  const mapped: Record<string, unknown> = { ...implementation };
  for (const { localName, methodKind } of service.methods) {
    const handler = mapped[localName] as Handler | undefined;
    if (!handler) continue;
    const hasStream = methodKind === "server_streaming" || methodKind === "bidi_streaming";
    mapped[localName] = hasStream ? streaming(handler, translate) : single(handler, translate);
  }
  return { service, implementation: mapped as Partial<ServiceImpl<DescService>> };
}

function single(handler: Handler, translate: (error: unknown) => unknown): Handler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      throw translate(error);
    }
  };
}

function streaming(handler: Handler, translate: (error: unknown) => unknown): Handler {
  return async function* (request, context) {
    try {
      yield* handler(request, context) as AsyncIterable<unknown>;
    } catch (error) {
      throw translate(error);
    }
  };
}
