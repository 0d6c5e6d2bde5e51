import { create } from "@bufbuild/protobuf";
import { Code, type ConnectError, type HandlerContext } from "@connectrpc/connect";
import { toConnectError } from "@switchyard/errors";
import { RequestInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import { requestIdOf } from "./request-id.js";

/** The error that the caller gets; faults of ours also carry the request id, to be found in the log. */
export function wireErrorOf(error: unknown, context: HandlerContext): ConnectError {
  const wire = toConnectError(error, context.signal);
  const requestId = requestIdOf(context);
  if (wire.code === Code.Internal && requestId !== "") {
    wire.details.push({ desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) });
  }
  return wire;
}
