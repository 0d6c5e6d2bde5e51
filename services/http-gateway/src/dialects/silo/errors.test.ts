import { Code, ConnectError } from "@connectrpc/connect";
import { reasons, SwitchyardError, toConnectError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { edge, toSiloError, unauthorized } from "./errors.js";

describe("toSiloError", () => {
  it("answers every reason with a status of the contract", () => {
    const statuses = new Set([400, 401, 403, 404, 409, 413, 500, 503]);
    for (const reason of reasons) {
      const { status } = toSiloError(toConnectError(new SwitchyardError(reason)));
      expect([reason, statuses.has(status)]).toEqual([reason, true]);
    }
  });

  it.each([
    ["MALFORMED_ID", 404, "not_found"],
    ["NOT_HOLDER", 403, "not_claim_holder"],
    ["LEASE_LOST", 409, "stale_claim"],
    ["ALREADY_FINISHED", 409, "invalid_state"],
    ["PAYLOAD_TOO_LARGE", 413, "payload_too_large"],
    ["SHARD_LOST", 503, "unavailable"],
    ["NOT_OWNER", 503, "unavailable"],
    ["NAMESPACE_NOT_FOUND", 404, "not_found"],
    ["PERMISSION_DENIED", 500, "internal_error"],
  ] as const)("answers %s with %i %s", (reason, status, word) => {
    expect(toSiloError(new SwitchyardError(reason))).toMatchObject({ status, word });
  });

  it("keeps texts of faults and addresses inside", () => {
    expect(toSiloError(new Error("password is hunter2")).message).not.toContain("hunter2");
    const away = toSiloError(new ConnectError("connect ECONNREFUSED 10.0.0.1:7401", Code.Unavailable));
    expect([away.status, away.message.includes("10.0.0.1")]).toEqual([503, false]);
  });
});

describe("the edge", () => {
  it("says how to authenticate with every 401", () => {
    expect(edge.answerOf(unauthorized("no"), "req_1")).toEqual({
      status: 401,
      headers: { "WWW-Authenticate": "Bearer" },
      body: { error: "unauthorized", message: "no", request_id: "req_1" },
    });
  });
});
