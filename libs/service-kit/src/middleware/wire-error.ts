import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { toConnectError } from "@switchyard/errors";
import { RequestInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import type { RpcMiddleware } from "@switchyard/rpc";
import { requestIdOf } from "./request-id.js";

/** Turns every error into the one that the caller gets; faults of ours also carry the request id, to be found in the log. */
export function createErrorMiddleware(): RpcMiddleware {
  return async ({ context }, next) => {
    try {
      await next();
    } catch (error) {
      const wire = toConnectError(error, context.signal);
      const requestId = requestIdOf(context);
      if (wire.code === Code.Internal && requestId !== "") {
        wire.details.push({ desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) });
      }
      throw wire;
    }
  };
}
