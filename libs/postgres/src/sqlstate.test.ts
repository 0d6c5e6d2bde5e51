import { describe, expect, it } from "vitest";
import { classifyError, isUnavailable, SQLSTATE, sqlstateOf } from "./sqlstate.js";

const withCode = (code: string) => Object.assign(new Error("message"), { code });

describe("classifyError", () => {
  it.each([
    [SQLSTATE.uniqueViolation, "conflict"],
    [SQLSTATE.lockTimeout, "timeout"],
    [SQLSTATE.serializationFailure, "retryable"],
    [SQLSTATE.deadlockDetected, "retryable"],
    [SQLSTATE.adminShutdown, "unavailable"],
    [SQLSTATE.cannotConnectNow, "unavailable"],
    [SQLSTATE.idleSessionTimeout, "unavailable"],
    [SQLSTATE.transactionTimeout, "unavailable"],
    [SQLSTATE.tooManyConnections, "exhausted"],
    [SQLSTATE.checkViolation, "invalid"],
    ["08P01", "unavailable"],
    ["ECONNREFUSED", "unavailable"],
    ["EPIPE", "unavailable"],
    ["SW001", "unknown"],
  ])("%s is %s", (code, expected) => {
    expect(classifyError(withCode(code))).toBe(expected);
  });

  it("knows the driver's texts for a lost connection", () => {
    expect(isUnavailable(new Error("Connection terminated unexpectedly"))).toBe(true);
    expect(isUnavailable(new Error("something else"))).toBe(false);
  });

  it("looks into a failed dial of several addresses", () => {
    expect(isUnavailable(new AggregateError([withCode("ECONNREFUSED")]))).toBe(true);
  });

  it.each([undefined, null, "text", 7])("takes %s without a fuss", (value) => {
    expect(classifyError(value)).toBe("unknown");
  });
});

describe("sqlstateOf", () => {
  it("tells SQLSTATE from codes of Node", () => {
    expect(sqlstateOf(withCode("23505"))).toBe("23505");
    expect(sqlstateOf(withCode("EPIPE"))).toBeUndefined();
    expect(sqlstateOf(withCode("ECONNRESET"))).toBeUndefined();
  });
});
