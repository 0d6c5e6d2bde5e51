export {
  createFlushFaults,
  type FlushFault,
  type FlushFaultOptions,
  type FlushFaults,
  InjectedFault,
} from "./flush-faults.js";
export { type Signal, createSignal } from "./signal.js";
export { createTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.js";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.js";
export { eventually, type EventuallyOptions } from "./eventually.js";
export { freePort } from "./free-port.js";
export { type LeakCheck, trackLeaks } from "./leaks.js";
export { seededRandom, seedFor } from "./random.js";
export { startProcess, temporaryDirectory, type TestProcess } from "./test-process.js";
export { withTimeout } from "./with-timeout.js";
