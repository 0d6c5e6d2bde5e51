import { randomUUID } from "node:crypto";
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { type RpcMiddleware, readRequestHeader, setResponseHeader } from "@switchyard/rpc";

const header = "x-request-id";
const key = createContextKey("", { description: "request id" });

/** Gives every call an id: the caller's `x-request-id` when it is a decent one, else a new one. The answer repeats it. */
export function createRequestIdMiddleware(): RpcMiddleware {
  return ({ context }, next) => {
    const given = readRequestHeader(context, header);
    // What callers send ends up in logs: visible ASCII only, and not too much of it.
    const id = given !== null && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
    context.values.set(key, id);
    setResponseHeader(context, header, id);
    return next();
  };
}

/** The id of the present call; empty outside of {@link createRequestIdMiddleware}. */
export function requestIdOf(context: HandlerContext): string {
  return context.values.get(key);
}
