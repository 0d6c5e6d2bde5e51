import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import type { CoreTransports } from "../../src/index.js";
import { logRoutes } from "./log-routes.js";
import { runnerRoutes } from "./runner-routes.js";
import { schedulerRoutes } from "./scheduler-routes.js";
import { CoreModel } from "./state.js";

/** A fresh model of the core and the transports that reach it. */
export function createCoreModel(): { readonly model: CoreModel; readonly transports: CoreTransports } {
  const model = new CoreModel();
  return {
    model,
    transports: {
      scheduler: createInMemoryTransport({ routes: schedulerRoutes(model) }),
      runnerGateway: createInMemoryTransport({ routes: runnerRoutes(model) }),
      logStore: createInMemoryTransport({ routes: logRoutes(model) }),
      catalog: createInMemoryTransport({
        // What dialects declare at their start; nothing here asks for a document.
        routes: [route(CatalogService, { declareCollection: ({ collection = {} }) => ({ collection }) })],
      }),
    },
  };
}
