import { create } from "@bufbuild/protobuf";
import { FacetSchema } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { expect, it } from "vitest";
import { facetsView, indexJobDetail, indexJobView, tierOf } from "./index-job.js";

const document = {
  key: "65f0c0ffee0123456789abcd",
  body: { title: "CTO", text: "for the index", description: "Long." },
};

it("shows every member of a job, and nothing that is only for the index", () => {
  const view = indexJobView(document);
  expect(Object.keys(view)).toHaveLength(24);
  expect(view).toMatchObject({
    job_id: document.key,
    title: "CTO",
    company: null,
    hidden: false,
    promoted_to_level2: false,
    promoted_at: null,
    search_hits: 0,
  });
  expect(view).not.toHaveProperty("description");
  expect(indexJobDetail(document)).toEqual({ ...view, description: "Long." });
});

it("shows counts by value, also of values that nobody has", () => {
  const facets = [
    create(FacetSchema, { field: "source", values: [{ value: '"bayt"', count: 3n }] }),
    create(FacetSchema, { field: "is_remote", values: [{ value: "false", count: 2n }] }),
  ];
  expect(facetsView(facets)).toEqual({ by_source: { bayt: 3 }, by_region: {}, by_remote: { remote: 0, onsite: 2 } });
});

it.each([
  [85, "Tier A"],
  [84.9, "Tier B+"],
  [70, "Tier B+"],
  [55, "Tier B"],
  [0, "Tier C"],
  [null, "Unscored"],
  [undefined, "Unscored"],
])("gives a score of %s %s", (score, tier) => {
  expect(tierOf(score)).toBe(tier);
});
