import type { Transport } from "@connectrpc/connect";
import { createInMemoryTransport, type RpcMiddleware, type ServiceRoute } from "@switchyard/rpc";
import { omnipotent, setPrincipal } from "@switchyard/service-kit";
import type { Life } from "../kernel/process.js";

const everybody = omnipotent("simulated");

/** Who may do what is not simulated. */
const letIn: RpcMiddleware = (call, next) => {
  setPrincipal(call.context, everybody);
  return next();
};

/** The handlers of a process, ready to be called. */
export function serve(life: Life, routes: readonly ServiceRoute[]): Transport {
  return createInMemoryTransport({ routes, middleware: [letIn], clock: life.clock });
}
