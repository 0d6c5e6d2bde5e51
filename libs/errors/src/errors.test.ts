import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { describe, expect, it } from "vitest";
import {
  catalogue,
  errorInfo,
  fromConnectError,
  isReason,
  isRetryable,
  reasonFromCode,
  reasonOf,
  reasons,
  SwitchyardError,
  toConnectError,
} from "./index.js";

describe("catalogue", () => {
  it("has an entry for every reason of the proto enum, and no other", () => {
    const inProto = Object.keys(ErrorReason).filter((name) => Number.isNaN(Number(name)) && name !== "UNSPECIFIED");
    expect(Object.keys(catalogue).sort()).toEqual(inProto.sort());
    expect([...reasons].sort()).toEqual(inProto);
    expect(isReason("LEASE_LOST")).toBe(true);
    expect(isReason("UNSPECIFIED")).toBe(false);
    expect(isReason("toString")).toBe(false);
  });

  it.each(reasons)("gives %s a real code and one sentence of help", (reason) => {
    expect(Code[catalogue[reason].code]).toBeTypeOf("string");
    expect(catalogue[reason].help).toMatch(/^[A-Z].*\.$/);
    if (catalogue[reason].code === Code.Unavailable) expect(catalogue[reason].retryable).toBe(true);
  });

  it("knows a nearest reason for every code", () => {
    for (const code of Object.values(Code))
      if (typeof code === "number") expect(isReason(reasonFromCode(code))).toBe(true);
  });
});

describe("to and from the wire", () => {
  it.each(reasons)("keeps %s, its message and its metadata", (reason) => {
    const wire = toConnectError(new SwitchyardError(reason, "told so", { job: "j1" }, { retryAfterMs: 2500 }));
    expect(wire.code).toBe(catalogue[reason].code);
    expect(fromConnectError(wire)).toMatchObject({
      reason,
      message: "told so",
      metadata: { job: "j1" },
      retryAfterMs: 2500,
    });
    expect(reasonOf(wire)).toBe(reason);
  });

  it("falls back to the help as message", () => {
    expect(new SwitchyardError("LOG_SEALED").message).toBe(catalogue.LOG_SEALED.help);
  });

  it("hides what nobody expected and keeps it as cause", () => {
    const original = new Error("password is hunter2");
    const wire = toConnectError(original);
    expect(wire).toMatchObject({ code: Code.Internal, rawMessage: "internal error", cause: original });
    expect(errorInfo(wire)).toEqual({ reason: "INTERNAL", metadata: {} });
    expect(toConnectError("a string").rawMessage).toBe("internal error");
    expect(toConnectError(undefined).code).toBe(Code.Internal);
  });

  it("passes an RPC error as it is", () => {
    const error = new ConnectError("x", Code.OutOfRange);
    expect(toConnectError(error)).toBe(error);
  });

  it("takes an abort for what the call's signal says", () => {
    const abort = new DOMException("aborted", "AbortError");
    const shutdown = new SwitchyardError("SHUTTING_DOWN");
    expect(reasonOf(toConnectError(abort))).toBe("CANCELLED");
    expect(reasonOf(toConnectError(new DOMException("late", "TimeoutError")))).toBe("DEADLINE_EXCEEDED");
    expect(reasonOf(toConnectError(abort, AbortSignal.abort(shutdown)))).toBe("SHUTTING_DOWN");
    expect(toConnectError(abort, AbortSignal.abort(new ConnectError("t", Code.DeadlineExceeded))).code).toBe(
      Code.DeadlineExceeded,
    );
    expect(reasonOf(toConnectError(abort, AbortSignal.abort()))).toBe("CANCELLED");
  });

  it("guesses a reason from the code of a stranger's error", () => {
    expect(fromConnectError(new ConnectError("x", Code.Unavailable)).reason).toBe("SERVICE_UNAVAILABLE");
    expect(fromConnectError(new Error("x"))).toMatchObject({ reason: "INTERNAL", message: "internal error" });
    expect(fromConnectError(new DOMException("x", "AbortError")).reason).toBe("CANCELLED");
    expect(fromConnectError(null).reason).toBe("INTERNAL");
  });
});

describe("isRetryable", () => {
  const wire = (code: Code, text = "") => new ConnectError(text, code);
  it.each([
    ["a retryable reason", toConnectError(new SwitchyardError("OWNER_UNKNOWN")), true],
    ["a final reason", toConnectError(new SwitchyardError("LEASE_LOST")), false],
    ["a final reason, decoded", fromConnectError(toConnectError(new SwitchyardError("LEASE_LOST"))), false],
    ["a killed server", wire(Code.Canceled, "http/2 stream closed with error code CANCEL (0x8)"), true],
    ["a killed server, decoded", fromConnectError(wire(Code.Canceled)), true],
    ["a server that says cancelled", toConnectError(new SwitchyardError("CANCELLED")), false],
    ["a draining server", wire(Code.Internal, "http/2 stream closed with error code REFUSED_STREAM (0x7)"), true],
    ["an internal error", wire(Code.Internal, "internal error"), false],
    ["unavailable", wire(Code.Unavailable), true],
    ["an oversize message", wire(Code.ResourceExhausted), false],
    ["anything else", new Error("x"), false],
  ])("%s: %s", (_, error, expected) => {
    expect(isRetryable(error)).toBe(expected);
  });

  it("is false once the caller itself has cancelled", () => {
    expect(isRetryable(wire(Code.Canceled), AbortSignal.abort())).toBe(false);
    expect(isRetryable(wire(Code.Unavailable), AbortSignal.abort())).toBe(false);
    expect(isRetryable(wire(Code.Canceled), new AbortController().signal)).toBe(true);
  });
});
