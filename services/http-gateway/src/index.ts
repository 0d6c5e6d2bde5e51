export { type CoreAddresses, type HttpGatewayConfig, loadCoreAddresses, loadHttpGatewayConfig } from "./config.js";
export type { CoreTransports } from "./core/clients.js";
export { connectCore, type CoreConnections, type CoreConnectionsOptions } from "./core/connect-core.js";
export type { Dialect, DialectDeps } from "./dialect.js";
export { createDialects, type DialectConfigs } from "./dialects/index.js";
export type { ResponseShape, TaskExecutorConfig } from "./dialects/task-executor/config.js";
export { createTaskExecutorDialect } from "./dialects/task-executor/plugin.js";
export {
  createHttpGateway,
  type HttpGateway,
  type HttpGatewayAddresses,
  type HttpGatewayDeps,
} from "./http-gateway.js";
export { createOpenApi } from "./open-api.js";
export { createProxyRoutes, proxyRoute } from "./rpc/proxy-routes.js";
