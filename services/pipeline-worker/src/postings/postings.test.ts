import { expect, it } from "vitest";
import { dedupeKey } from "./dedupe-key.js";

const posting = {
  source: "himalayas_auto",
  company: "Acme & Co.",
  title: "Staff Engineer (m/f)",
  location: "Zürich, CH",
};

it("knows a posting by its source's id", () => {
  expect(dedupeKey({ ...posting, sourceId: "G-1" })).toBe("himalayas_auto|G-1");
});

it.each([undefined, null, ""])("knows it by company, title and place without one (%j)", (sourceId) => {
  const key = dedupeKey({ ...posting, ...(sourceId === undefined ? {} : { sourceId }) });
  expect(key).toBe("himalayas_auto|acmeco|staffengineermf|zrichch");
});
