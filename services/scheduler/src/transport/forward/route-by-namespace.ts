import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import { type CallRouter, within } from "./call-router.js";

type Unary = (request: Message, context: HandlerContext) => Promise<unknown>;
type Streaming = (request: Message, context: HandlerContext) => AsyncIterable<Message>;

/** How a stream of answers goes on with another owner. */
export interface Resumption {
  /** What is to be asked after an answer. */
  readonly resume: (request: Message, answer: Message) => Message;
  /** Whether a request says where it goes on. */
  readonly canResume: (request: Message) => boolean;
}

/** What is special about the methods of a service. */
export interface RoutingOptions {
  /** Methods that are served as they are: their handlers route by themselves, or it does not matter who answers. By local name. */
  readonly direct: readonly string[];
  /** How streams go on, by local name. A stream that is not named here breaks off when the shard changes hands. */
  readonly streams?: Readonly<Record<string, Resumption>>;
}

/**
 * The same route, with each call brought to the owner of the namespace that its request names. A namespace that lives here costs two look-ups in memory; with
 * one shard one.
 */
export function routeByNamespace(
  router: CallRouter,
  { service, implementation }: ServiceRoute,
  { direct, streams = {} }: RoutingOptions,
): ServiceRoute {
  const routed: Record<string, unknown> = { ...implementation };
  for (const method of service.methods) {
    const { localName, methodKind } = method;
    const handler = routed[localName];
    if (!handler || direct.includes(localName)) continue;
    routed[localName] =
      methodKind === "server_streaming"
        ? streaming(router, method, handler as Streaming, streams[localName] ?? breaksOff)
        : unary(router, method, handler as Unary);
  }
  return { service, implementation: routed as Partial<ServiceImpl<DescService>> };
}

const breaksOff: Resumption = { resume: (request) => request, canResume: () => false };

function unary(router: CallRouter, method: DescMethod, handler: Unary): Unary {
  const { keeper, locator } = router;
  return async (request, context) => {
    const namespace = namespaceOf(request);
    const known = locator.known(namespace);
    const tenure = known === undefined ? undefined : keeper.tenure(known);
    if (tenure?.isOpen && tenure.owner.term) {
      try {
        return await within([tenure], () => handler(request, context));
      } catch (error) {
        if (!router.mayTryAgain(error, context)) throw error;
      }
    }
    requireNamespace(context, namespace);
    const shard = () => locator.locate(namespace);
    return router.unary({ method, request, context, shard, namespace }, () => handler(request, context));
  };
}

function streaming(
  router: CallRouter,
  method: DescMethod,
  handler: Streaming,
  { resume, canResume }: Resumption,
): Streaming {
  return (request, context) => {
    const namespace = namespaceOf(request);
    requireNamespace(context, namespace);
    const shard = () => router.locator.locate(namespace);
    return router.stream(
      { method, request, context, shard, namespace },
      (asked) => handler(asked, context),
      resume,
      canResume,
    );
  };
}

/** Nearly all requests name it; that of a schedule names it inside. */
function namespaceOf(request: Message): string {
  const { namespace, schedule } = request as Message & {
    readonly namespace?: string;
    readonly schedule?: { readonly namespace: string };
  };
  return namespace ?? schedule?.namespace ?? "";
}
