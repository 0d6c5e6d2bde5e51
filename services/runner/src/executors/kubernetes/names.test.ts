import { expect, test } from "vitest";
import { labelValue, runName } from "./names.js";

test("names are labels of DNS, the same each time, and of different jobs different", () => {
  const ids = ["0190b1a2-8c8e-7a31-9d1c-0123456789ab", "A/b", "a-b", "ü", "x".repeat(200), "-"];
  const names = ids.map((jobId) => runName({ namespace: "default", jobId, attempt: 12 }));
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  expect(new Set(names).size).toBe(ids.length);
  expect(names[0]).toMatch(/^0190b1a2-8c8e-7a31-9d1c-0123456789ab-[0-9a-f]{8}-12$/);
  expect(runName({ namespace: "other", jobId: "a-b", attempt: 12 })).not.toBe(names[2]);
});

test("a text that can't be the value of a label is there as its digest", () => {
  expect(labelValue("team_a.x-1")).toBe("team_a.x-1");
  for (const text of ["a b", "-a", "x".repeat(64), ""]) expect(labelValue(text)).toMatch(/^[0-9a-f]{40}$/);
});
