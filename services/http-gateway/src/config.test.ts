import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "./config.js";

describe("the host names of the dialects", () => {
  const taskExecutor = { DIALECT_TASK_EXECUTOR_HOSTNAME: "Tasks.example.org" };

  it("are none by default, and read in lower case", () => {
    const { dialects } = loadHttpGatewayConfig({ ...taskExecutor, DIALECT_SILO_HOSTNAME: "" });
    const names = [dialects.taskExecutor, dialects.runpack, dialects.silo, dialects.pipeline].map(
      ({ hostName }) => hostName,
    );
    expect(names).toEqual(["tasks.example.org", undefined, undefined, undefined]);
  });

  it("lead to one dialect each", () => {
    const same = { ...taskExecutor, DIALECT_SILO_HOSTNAME: "tasks.example.org", DIALECT_RUNPACK_HOSTNAME: "r" };
    expect(() => loadHttpGatewayConfig(same)).toThrow(
      /^the configuration is not valid:\n {2}DIALECT_SILO_HOSTNAME: is the same name as DIALECT_TASK_EXECUTOR_HOSTNAME$/,
    );
  });

  it("are names alone", () => {
    for (const wrong of ["a:80", "http://a", "a/b"]) {
      const load = () => loadHttpGatewayConfig({ DIALECT_RUNPACK_HOSTNAME: wrong });
      expect(load).toThrow("DIALECT_RUNPACK_HOSTNAME: expected a host name without port");
    }
  });
});
