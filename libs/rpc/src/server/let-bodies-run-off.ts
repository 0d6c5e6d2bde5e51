import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/**
 * Lets the rest of a request run off after it has been answered early, as a message over the limit is. Node's stream
 * iterator would destroy the connection when reading ends, and the client, still writing, would see a broken connection
 * instead of the answer.
 */
export function letBodiesRunOff(next: RequestListener): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const iterator = () => request.iterator({ destroyOnReturn: false });
    Object.defineProperty(request, Symbol.asyncIterator, { value: iterator });
    response.once("finish", () => {
      if (!request.complete) request.resume();
    });
    next(request, response);
  };
}
