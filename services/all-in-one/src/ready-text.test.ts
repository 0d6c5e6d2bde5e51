import { expect, it } from "vitest";
import { readyText } from "./ready-text.js";

const plain = { grpc: "127.0.0.1:1", ops: "127.0.0.1:2", http: "127.0.0.1:3", dialects: {}, hostNames: {} };

it("begins with one line for scripts", () => {
  const addresses = { ...plain, dialects: { silo: "127.0.0.1:4" } };
  const [line, next] = readyText({ addresses }).split("\n");
  expect(line).toBe(
    "switchyard ready http=http://127.0.0.1:3 grpc=127.0.0.1:1 ops=http://127.0.0.1:2 silo=http://127.0.0.1:4",
  );
  expect(next).toBe("");
});

it("says which host names lead to dialects, where there are any", () => {
  const addresses = { ...plain, hostNames: { silo: "silo.example.org", runpack: "runpack.example.org" } };
  expect(readyText({ addresses })).toContain(
    "\n\n  On http://127.0.0.1:3 too, at the root for requests to\n    silo.example.org: silo\n    runpack.example.org: runpack\n\n  Submit",
  );
  expect(readyText({ addresses: plain })).not.toContain("at the root");
});
