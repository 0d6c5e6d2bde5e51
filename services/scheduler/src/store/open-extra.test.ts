import { expect, it } from "vitest";
import type { OpenJob, ParentEdge } from "../domain/core/model.js";
import { parentEnded, tieToParents } from "../domain/core/parents.js";
import { noTraits } from "../domain/core/group.js";
import { decodeOpenExtra, encodeOpenExtra } from "./open-extra.js";

it("names the parents that the job was admitted with, although one has ended while the write was on the way", () => {
  const edges: ParentEdge[] = [1, 2].map((parent) => ({ parent, satisfiedBy: ["SUCCEEDED"], otherwise: "CANCELLED" }));
  const children = { add: () => undefined };
  const job = { traits: noTraits, reuseKey: "", space: { job: () => true, children } } as unknown as OpenJob;
  tieToParents(job, edges, new Map());
  job.storedParents = job.parents;
  parentEnded(job, 1, "SUCCEEDED");
  expect(job.parents.map(({ parent }) => parent)).toEqual([2]);
  // Whoever loads the row finds that parent 1 has ended, and tells that the job does not wait for it any more.
  expect(decodeOpenExtra(encodeOpenExtra(job) ?? "{}").parents).toEqual(edges);
});
