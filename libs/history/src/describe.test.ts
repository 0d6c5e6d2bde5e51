import { expect, it } from "vitest";
import { Story } from "../test/story.js";
import { describeHistory, describeViolation } from "./describe.js";

it("writes a line for each observation", () => {
  const story = new Story()
    .submit([{ tag: "a", maxAttempts: 1 }], "1")
    .tell("SUBMITTED a", "CLAIMED a/1")
    .grant("a", 1);
  story.written(story.send("a", 1, { sort: "outcome", kind: "FAILED" }), "refused", "LEASE_LOST");
  story.note({ type: "mark", text: "killed replica 1" });
  expect([...describeHistory(story.history())]).toEqual([
    "1000 w watches ns behind 0",
    "2000 c calls #1 submit 1 a default/k maxAttempts=1",
    "3000 #1 is answered a CREATED QUEUED",
    "4000 w sees 1 SUBMITTED a new -> QUEUED",
    "5000 w sees 2 CLAIMED a/1 QUEUED -> RUNNING runner=r1",
    "6000 r1 gets a/1",
    "7000 r1 sends @2 a/1 outcome FAILED",
    "8000 @2 is refused (LEASE_LOST)",
    "9000 -- killed replica 1",
  ]);
});

it("writes a violation with what shows it", () => {
  const [violation] = new Story().tell("SUBMITTED a", "CLAIMED a/2").check();
  expect(violation && describeViolation(violation)).toBe(
    [
      "attempts-in-order: Job a was claimed as attempt 2; the next one is 1.",
      "    2000 w sees 1 SUBMITTED a new -> QUEUED",
      "    3000 w sees 2 CLAIMED a/2 QUEUED -> RUNNING runner=r2",
    ].join("\n"),
  );
});
