export { createAwakeClock } from "./awake-clock.js";
export {
  createFlushFaults,
  type FlushFault,
  type FlushFaultOptions,
  type FlushFaults,
  InjectedFault,
} from "./flush-faults.js";
export { type S3Server, startS3Server } from "./s3-server.js";
export { type Signal, createSignal } from "./signal.js";
export { createTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.js";
export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
  writeTlsFiles,
} from "./test-authority.js";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.js";
export { eventually, type EventuallyOptions } from "./eventually.js";
export { freePort } from "./free-port.js";
export { type LeakCheck, trackLeaks } from "./leaks.js";
export { seededRandom, seedFor } from "./random.js";
export { repeatAfterStalls, type RepeatAfterStallsOptions } from "./repeat-after-stalls.js";
export { startProcess, temporaryDirectory, type TestProcess } from "./test-process.js";
export { withTimeout } from "./with-timeout.js";
export {
  type BoardPosting,
  baytDetailHtml,
  baytListHtml,
  challengeHtml,
  indeedHtml,
  indeedResult,
  linkedinHtml,
} from "./doubles/board-pages.js";
export { himalayasRow, oldHimalayasRow } from "./doubles/himalayas-rows.js";
export { createHttpDouble, type DoubleAnswer, type DoubleRequest, type HttpDouble } from "./doubles/http-double.js";
export { type BoardContents, createJobBoards, type JobBoards } from "./doubles/job-boards.js";
export { createLlmStub, type LlmQuestion, type LlmReply, type LlmStub } from "./doubles/llm-stub.js";
