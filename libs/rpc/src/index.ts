export { callCancelled, deadlineExceeded, readRequestHeader, setResponseHeader, whenAborted } from "./call-context.js";
export { createClient } from "./client/client.js";
export {
  type ClosableTransport,
  type ConnectedTransport,
  createGrpcTransport,
  type GrpcTransportOptions,
} from "./client/grpc-transport.js";
export { createInMemoryTransport, type InMemoryTransportOptions } from "./client/in-memory-transport.js";
export { shareMessage } from "./message-codec.js";
export { mapErrors } from "./map-errors.js";
export { type ContextOverrides, deriveContext } from "./derive-context.js";
export { defaultMaxMessageBytes, type Keepalive } from "./keepalive.js";
export type { RpcCall, RpcMiddleware, RpcNext } from "./middleware.js";
export { type ConnectHandlerOptions, createConnectHandler } from "./server/connect-handler.js";
export { createGrpcServer, type GrpcServer, type GrpcServerOptions, shuttingDown } from "./server/grpc-server.js";
export { route, type ServiceRoute } from "./service-route.js";
export { type ClientTls, secureContextOf, type ServerTls, type TlsMaterial, tlsVersion } from "./tls.js";
