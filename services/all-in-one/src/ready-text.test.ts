import { expect, it } from "vitest";
import { readyText } from "./ready-text.js";

const plain = { grpc: "127.0.0.1:1", ops: "127.0.0.1:2", http: "127.0.0.1:3", dialects: {}, hostNames: {} };
const secure = { grpc: false, ops: false, http: false };

it("begins with one line for scripts", () => {
  const addresses = { ...plain, dialects: { silo: "127.0.0.1:4" } };
  const [line, next] = readyText({ addresses, secure }).split("\n");
  expect(line).toBe(
    "switchyard ready http=http://127.0.0.1:3 grpc=127.0.0.1:1 ops=http://127.0.0.1:2 silo=http://127.0.0.1:4",
  );
  expect(next).toBe("");
});

it("says which host names lead to dialects, where there are any", () => {
  const addresses = { ...plain, hostNames: { silo: "silo.example.org", runpack: "runpack.example.org" } };
  expect(readyText({ addresses, secure })).toContain(
    "\n\n  On http://127.0.0.1:3 too, at the root for requests to\n    silo.example.org: silo\n    runpack.example.org: runpack\n\n  Submit",
  );
  expect(readyText({ addresses: plain, secure })).not.toContain("at the root");
});

it("says which addresses speak TLS", () => {
  const text = readyText({
    addresses: { ...plain, dialects: { silo: "127.0.0.1:4" } },
    secure: { ...secure, http: true },
  });
  expect(text).toMatch(/^switchyard ready http=https:\S+3 grpc=\S+1 ops=http:\S+2 silo=https:\S+4\n/);
  expect(text).toContain("curl -s https://127.0.0.1:3/task-executor");
});
