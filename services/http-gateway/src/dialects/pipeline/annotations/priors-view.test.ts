import { expect, it } from "vitest";
import { priorsView } from "./priors-view.js";

const now = new Date("2026-01-14T12:00:00Z");
const priors = (since: number, builtAt = "2026-01-14T11:00:00+00:00") => ({
  sentence_index: { count: 40, built_at: builtAt },
  skill_priors: { python: {}, kafka: {} },
  stats: {
    total_suggestions_made: 12,
    accepted_unchanged: 2,
    edited: 1,
    deleted: 0,
    annotations_since_build: since,
    last_rebuild: builtAt,
  },
});

it("shows what became of suggestions, with three decimals", () => {
  expect(priorsView(priors(0), now)).toEqual({
    accuracy: 0.667,
    total_suggestions: 12,
    accepted_unchanged: 2,
    edited: 1,
    deleted: 0,
    annotations_indexed: 40,
    skills_tracked: 2,
    needs_rebuild: false,
    last_rebuild: "2026-01-14T11:00:00+00:00",
  });
});

it("shows zeros before anything was learned", () => {
  expect(priorsView(undefined, now)).toEqual({
    accuracy: 0,
    total_suggestions: 0,
    accepted_unchanged: 0,
    edited: 0,
    deleted: 0,
    annotations_indexed: 0,
    skills_tracked: 0,
    needs_rebuild: true,
    last_rebuild: null,
  });
});

it.each([
  [100, "2026-01-14T11:00:00+00:00", false],
  [101, "2026-01-14T11:00:00+00:00", true],
  [20, "2026-01-10T11:00:00+00:00", false],
  [21, "2026-01-10T11:00:00+00:00", true],
  [21, "2026-01-13T13:00:00+00:00", false],
])("with %i annotations since %s says %s to a rebuild", (since, builtAt, needed) => {
  expect(priorsView(priors(since, builtAt), now)).toMatchObject({ needs_rebuild: needed });
});
