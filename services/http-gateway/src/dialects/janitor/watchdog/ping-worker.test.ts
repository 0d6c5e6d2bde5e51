import { describe, expect, it } from "vitest";
import { buildFinding, runFinding } from "./ping-worker.js";

const id = "5b0e6c1e-8d61-4a42-9a58-0e3f2d6f7a11";

describe("runFinding", () => {
  it.each([
    [200, `"${id}"`, "healthy"],
    [200, id, "healthy"],
    [200, `${id}\n`, "healthy"],
    [200, "null", "different-run"],
    [200, '"other"', "different-run"],
    [200, "", "different-run"],
    [500, id, "unreachable"],
  ])("%i %s", (status, text, finding) => {
    expect(runFinding(status, text, id)).toBe(finding);
  });
});

describe("buildFinding", () => {
  it.each([
    [404, "", "not-found"],
    [200, '{"result":"FAILURE"}', "failed"],
    [200, '{"result":null,"building":true}', "healthy"],
    [200, "<html>", "unreachable"],
    [503, "", "unreachable"],
  ])("%i %s", (status, text, finding) => {
    expect(buildFinding(status, text)).toBe(finding);
  });
});
