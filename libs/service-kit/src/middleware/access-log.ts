import { Code, type ConnectError } from "@connectrpc/connect";
import { reasonOf, toConnectError } from "@switchyard/errors";
import type { RpcCall, RpcMiddleware } from "@switchyard/rpc";
import type { Logger } from "pino";
import { findPrincipal } from "../auth/principal.js";
import { requestIdOf } from "./request-id.js";

const faults: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/** Writes one line per call: at `debug`, or at `error` with the cause when the fault is ours. */
export function createAccessLogMiddleware(logger: Logger): RpcMiddleware {
  return async (call, next) => {
    const begin = performance.now();
    try {
      await next();
      if (logger.isLevelEnabled("debug")) logger.debug({ ...fieldsOf(call, begin), code: "OK" }, "call");
    } catch (error) {
      const wire = toConnectError(error, call.context.signal);
      const fields = { ...fieldsOf(call, begin), code: Code[wire.code], reason: reasonOf(wire) };
      if (faults.has(wire.code)) logger.error({ ...fields, err: causeOf(wire) }, "call failed");
      else logger.debug({ ...fields, text: wire.rawMessage }, "call refused");
      throw error;
    }
  };
}

function fieldsOf({ method, context }: RpcCall, begin: number) {
  return {
    rpc: `${method.parent.typeName}/${method.name}`,
    ms: Math.round((performance.now() - begin) * 1000) / 1000,
    requestId: requestIdOf(context) || undefined,
    principal: findPrincipal(context)?.name,
  };
}

function causeOf(error: ConnectError): unknown {
  return error.cause ?? error;
}
