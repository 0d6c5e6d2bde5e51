import { Code, ConnectError } from "@connectrpc/connect";
import { reasons, SwitchyardError, toConnectError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { badRequest, rateLimited, refused, toRunpackError } from "./errors.js";

const answer = (error: unknown) => {
  const { status, body } = toRunpackError(error, "Failed to submit job");
  return { status, body };
};

describe("toRunpackError", () => {
  it("answers every reason with the operation that failed, and says no more than the contract's members", () => {
    for (const reason of reasons) {
      const { status, body } = answer(toConnectError(new SwitchyardError(reason)));
      expect([400, 413, 500, 503]).toContain(status);
      expect(Object.keys(body)).toEqual(status === 413 ? ["error"] : ["error", "details"]);
      if (status !== 413) expect(body).toMatchObject({ error: "Failed to submit job" });
    }
  });

  it("keeps texts of faults and outages inside", () => {
    const secret = expect.not.stringContaining("10.0.0.1");
    const unavailable = new ConnectError("connect ECONNREFUSED 10.0.0.1:7401", Code.Unavailable);
    expect(answer(unavailable)).toMatchObject({ status: 503, body: { details: secret } });
    expect(answer(new Error("10.0.0.1"))).toMatchObject({ status: 500, body: { details: secret } });
    expect(toRunpackError(new Error("x"))).toMatchObject({ body: { error: "Internal server error" } });
    expect(toRunpackError(unavailable).cause).toBe(unavailable);
  });

  it("leaves its own errors as they are", () => {
    const own = badRequest("Invalid registration data");
    expect(toRunpackError(own)).toBe(own);
    expect(own.body).toEqual({ error: "Invalid registration data" });
    expect(refused(409, "no").body).toEqual({ success: false, message: "no" });
  });
});

describe("rateLimited", () => {
  it("says when to come back, in both ways", () => {
    const before = Date.now();
    const { status, body, headers } = rateLimited(1_001);
    expect([status, headers["Retry-After"]]).toEqual([429, "2"]);
    expect(body).toMatchObject({ error: "Rate limit exceeded" });
    expect((body as { resetTime: number }).resetTime).toBeGreaterThanOrEqual(before + 1_001);
  });
});
