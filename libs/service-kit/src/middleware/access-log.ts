import { Code, type ConnectError } from "@connectrpc/connect";
import { reasonOf } from "@switchyard/errors";
import type { RpcCall } from "@switchyard/rpc";
import type { Logger } from "pino";
import { findPrincipal } from "../auth/principal.js";
import type { CallWatcher } from "./call-watcher.js";
import { requestIdOf } from "./request-id.js";

const faults: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/** Writes one line per call: at `debug`, or at `error` with the cause when the fault is ours. */
export function createAccessLog(logger: Logger): CallWatcher {
  return {
    onEnd(call, ms, error) {
      if (error === undefined) {
        if (logger.isLevelEnabled("debug")) logger.debug({ ...fieldsOf(call, ms), code: "OK" }, "call");
        return;
      }
      const fields = { ...fieldsOf(call, ms), code: Code[error.code], reason: reasonOf(error) };
      if (faults.has(error.code)) logger.error({ ...fields, err: causeOf(error) }, "call failed");
      else logger.debug({ ...fields, text: error.rawMessage }, "call refused");
    },
  };
}

function fieldsOf({ method, context }: RpcCall, ms: number) {
  return {
    rpc: `${method.parent.typeName}/${method.name}`,
    ms: Math.round(ms * 1000) / 1000,
    requestId: requestIdOf(context) || undefined,
    principal: findPrincipal(context)?.name,
  };
}

function causeOf(error: ConnectError): unknown {
  return error.cause ?? error;
}
