import { afterAll, beforeAll, describe } from "vitest";
import { runDialectCases } from "./cases/dialect-cases.js";
import { type GatewayUnderTest, startGateway } from "./gateway-under-test.js";

const host = "tasks.example.org";
const env = {
  DIALECT_TASK_EXECUTOR_LISTEN: "127.0.0.1:0",
  DIALECT_TASK_EXECUTOR_HOSTNAME: host,
  WORKER_HEARTBEAT_TIMEOUT: "60",
};
// The model has neither pools nor events; services/all-in-one runs these files too, against the real system.
const except = ["pool", "ended-streams"];
let under: GatewayUnderTest;
beforeAll(async () => {
  under = await startGateway(env);
});
afterAll(() => under.gateway.stop());

describe("under the prefix", () => {
  runDialectCases({ dialect: "task-executor", baseUrl: () => `${under.url}/task-executor`, except });
});

describe("on a listener of its own", () => {
  const own = () => `http://${under.gateway.addresses.dialects["task-executor"]}`;
  runDialectCases({ dialect: "task-executor", baseUrl: own, except });
});

describe("at a host name of its own", () => {
  runDialectCases({ dialect: "task-executor", baseUrl: () => under.url, host, except });
});
