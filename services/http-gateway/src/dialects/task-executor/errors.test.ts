import { Code, ConnectError } from "@connectrpc/connect";
import { reasons, SwitchyardError, toConnectError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { toTaskExecutorError, validationError } from "./errors.js";

const answer = (error: unknown) => {
  const { status, type, message, headers } = toTaskExecutorError(error);
  return { status, type, message, headers };
};

describe("toTaskExecutorError", () => {
  it("answers every reason with a status and type of the contract", () => {
    const types = reasons.map((reason) => answer(toConnectError(new SwitchyardError(reason))));
    const allowed = [
      "not_found",
      "conflict",
      "payload_too_large",
      "validation_error",
      "rate_limited",
      "service_unavailable",
      "internal_error",
    ];
    for (const { type, status } of types)
      expect(allowed).toContain(type === "internal_error" && status !== 500 ? "" : type);
  });

  it.each([
    ["MALFORMED_ID", 404],
    ["LEASE_LOST", 409],
    ["REQUEST_ID_REUSED", 409],
    ["PAYLOAD_TOO_LARGE", 413],
    ["SHARD_LOST", 503],
    ["NOT_OWNER", 503],
    ["NAMESPACE_NOT_FOUND", 404],
    ["UNAUTHENTICATED", 500],
  ] as const)("answers %s with %i", (reason, status) => {
    expect(answer(new SwitchyardError(reason)).status).toBe(status);
  });

  it("says when to come back", () => {
    const limited = new SwitchyardError("RATE_LIMITED", "slow", {}, { retryAfterMs: 2100 });
    expect(answer(toConnectError(limited))).toMatchObject({ status: 429, headers: { "Retry-After": "3" } });
  });

  it("takes an unreachable core for an outage and keeps texts of faults inside", () => {
    expect(answer(new ConnectError("connect ECONNREFUSED 10.0.0.1:7401", Code.Unavailable))).toMatchObject({
      status: 503,
      message: expect.not.stringContaining("10.0.0.1"),
    });
    const fault = answer(new Error("password is hunter2"));
    expect(fault).toMatchObject({
      status: 500,
      type: "internal_error",
      message: expect.not.stringContaining("hunter2"),
    });
  });

  it("leaves its own errors as they are", () => {
    const own = validationError([{ loc: ["query", "limit"], msg: "must be >= 1", type: "minimum" }]);
    expect(toTaskExecutorError(own)).toBe(own);
    expect(own).toMatchObject({ status: 422, message: "query.limit: must be >= 1" });
  });
});
