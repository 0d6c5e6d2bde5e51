import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";

describe("legal-transitions", () => {
  it("holds for a whole life, with a reopening", () => {
    const story = new Story().tell(
      ...["SUBMITTED a", "CLAIMED a/1", "STARTED a/1", "ATTEMPT_FAILED a/1 SCHEDULED", "READY a", "CLAIMED a/2"],
      ...["RELEASED a/2", "AMENDED a", "CLAIMED a/3", "ENDED a/3 FAILED", "REOPENED a", "CLAIMED a/4"],
      ...["CANCEL_REQUESTED a/4", "ENDED a/4 CANCELLED CANCELLED", "DISMISSED a", "DELETED a"],
    );
    expect(story.check({})).toEqual([]);
  });

  it.each([
    ["a claim after the end", ["SUBMITTED a", "CLAIMED a/1", "ENDED a/1", "CLAIMED a/2"]],
    ["a second end", ["SUBMITTED a", "CLAIMED a/1", "ENDED a/1", "ENDED a FAILED REPORTED"]],
    ["a claim of a blocked job", ["SUBMITTED a BLOCKED", "CLAIMED a/1"]],
    ["a start of a job that waits", ["SUBMITTED a", "STARTED a"]],
    ["an end in a state that its reason has not", ["SUBMITTED a", "CLAIMED a/1", "ENDED a/1 SUCCEEDED LEASE_LOST"]],
    ["a second submission", ["SUBMITTED a", "SUBMITTED a"]],
    ["something after the deletion", ["SUBMITTED a", "DELETED a", "CLAIMED a/1"]],
    ["a readiness that comes twice", ["SUBMITTED a SCHEDULED", "READY a", "READY a"]],
    ["a life without a beginning", ["CLAIMED a/1"]],
  ])("is broken by %s", (_, lines) => {
    expect(rulesOf(new Story().tell(...lines).check({}))).toContain("legal-transitions");
  });

  it("is broken by an event that remembers another state", () => {
    const story = new Story()
      .tell("SUBMITTED a")
      .event({ type: "CLAIMED", job: "a", attempt: 1, previousState: "BLOCKED" });
    const [violation] = story.check();
    expect(violation?.rule).toBe("legal-transitions");
    expect(violation?.message).toBe("CLAIMED of job a says that it was BLOCKED, but it was QUEUED.");
    expect(violation?.observations).toHaveLength(2);
  });

  it("takes the first event as true where the beginning is not known", () => {
    const story = new Story().event({
      type: "LEASE_LOST",
      job: "a",
      attempt: 3,
      runner: "r3",
      previousState: "RUNNING",
    });
    expect(story.tell("CLAIMED a/4", "ENDED a/4").check()).toEqual([]);
  });
});

describe("attempts-in-order", () => {
  it("is broken by a gap and by a number that comes again, also after a reopening", () => {
    expect(rulesOf(new Story().tell("SUBMITTED a", "CLAIMED a/2").check())).toEqual(["attempts-in-order"]);
    const again = new Story().tell("SUBMITTED a", "CLAIMED a/1", "ENDED a/1", "REOPENED a", "CLAIMED a/1");
    expect(rulesOf(again.check())).toEqual(["attempts-in-order"]);
  });
});

describe("one-live-attempt", () => {
  it("is broken by an attempt that begins while another one is live", () => {
    const story = new Story()
      .tell("SUBMITTED a", "CLAIMED a/1")
      .event({ type: "CLAIMED", job: "a", attempt: 2, previousState: "QUEUED" });
    expect(rulesOf(story.check())).toContain("one-live-attempt");
  });

  it.each([
    ["another attempt's end", ["SUBMITTED a", "CLAIMED a/1", "ENDED a/2"]],
    ["an end without an attempt", ["SUBMITTED a", "CLAIMED a/1", "RELEASED a/1", "LEASE_LOST a/1"]],
    ["a second start", ["SUBMITTED a", "CLAIMED a/1", "STARTED a/1", "STARTED a/1"]],
  ])("is broken by %s", (_, lines) => {
    expect(rulesOf(new Story().tell(...lines).check())).toContain("one-live-attempt");
  });

  it("is broken by a start that another runner is said to have made", () => {
    const story = new Story()
      .tell("SUBMITTED a", "CLAIMED a/1")
      .event({ type: "STARTED", job: "a", attempt: 1, runner: "r9" });
    expect(rulesOf(story.check())).toEqual(["one-live-attempt"]);
  });
});

describe("within-budget", () => {
  it("holds while losses and failures stay within it", () => {
    const story = new Story().submit([{ tag: "a", maxAttempts: 2 }]);
    story.tell("SUBMITTED a", "CLAIMED a/1", "RELEASED a/1", "CLAIMED a/2", "LEASE_LOST a/2", "CLAIMED a/3");
    expect(story.tell("ENDED a/3 FAILED LEASE_LOST").check()).toEqual([]);
  });

  it.each([
    ["one attempt too many", { maxAttempts: 1 }, ["CLAIMED a/1", "LEASE_LOST a/1", "CLAIMED a/2"]],
    ["an end that came too early", { maxAttempts: 2 }, ["CLAIMED a/1", "ENDED a/1 FAILED LEASE_LOST"]],
    [
      "a loss that fails by its policy",
      { failWhenLostAfterStart: true },
      ["CLAIMED a/1", "STARTED a/1", "LEASE_LOST a/1"],
    ],
    ["a failure beyond its own limit", { maxFailures: 1 }, ["CLAIMED a/1", "ATTEMPT_FAILED a/1"]],
    [
      "the default of three",
      {},
      ["CLAIMED a/1", "LEASE_LOST a/1", "CLAIMED a/2", "LEASE_LOST a/2", "CLAIMED a/3", "LEASE_LOST a/3"],
    ],
  ])("is broken by %s", (_, spec, lines) => {
    const story = new Story().submit([{ tag: "a", ...spec }]).tell("SUBMITTED a", ...lines);
    expect(rulesOf(story.check())).toEqual(["within-budget"]);
  });

  it("begins anew with a reopening", () => {
    const story = new Story().submit([{ tag: "a", maxAttempts: 1 }]);
    story.tell("SUBMITTED a", "CLAIMED a/1", "ENDED a/1 FAILED LEASE_LOST", "REOPENED a", "CLAIMED a/2", "ENDED a/2");
    expect(story.check()).toEqual([]);
  });
});

describe("timely-ends", () => {
  const limit = "The execution limit of 3 s passed.";
  const overdue = (time: number, spec: object) => {
    const story = new Story().submit([{ tag: "a", ...spec }]).tell("SUBMITTED a");
    story.event({ type: "CLAIMED", job: "a", attempt: 1, runner: "r1", time: 10_000 });
    const end = { type: "ENDED", job: "a", attempt: 1, runner: "r1", state: "TIMED_OUT" } as const;
    return story.event({ ...end, reason: "EXECUTION_TIMEOUT", message: limit, time });
  };

  it("holds when a limit has passed, and when nobody knows the clocks", () => {
    expect(overdue(13_000, { executionTimeoutMs: 3_000 }).check(undefined, { clockErrorMs: 0 })).toEqual([]);
    expect(overdue(12_000, { executionTimeoutMs: 3_000 }).check()).toEqual([]);
  });

  it("is broken by a limit that has not passed", () => {
    const story = overdue(12_000, { executionTimeoutMs: 3_000 });
    expect(rulesOf(story.check(undefined, { clockErrorMs: 0 }))).toEqual(["timely-ends"]);
    expect(story.check(undefined, { clockErrorMs: 600 })).toEqual([]);
  });

  it("is broken by a start before the job's time", () => {
    const story = new Story().submit([{ tag: "a", startTime: 50_000 }]).tell("SUBMITTED a");
    story.event({ type: "CLAIMED", job: "a", attempt: 1, runner: "r1", time: 49_000 });
    expect(rulesOf(story.check(undefined, { clockErrorMs: 0 }))).toEqual(["timely-ends"]);
  });

  it("is broken by a job that is given up too early", () => {
    const story = new Story().submit([{ tag: "a", scheduleToStartMs: 5_000 }]);
    story.event({ type: "SUBMITTED", job: "a", time: 1_000 });
    story.event({ type: "ENDED", job: "a", state: "TIMED_OUT", reason: "NOT_STARTED", time: 5_000 });
    expect(rulesOf(story.check(undefined, { clockErrorMs: 0 }))).toEqual(["timely-ends"]);
  });
});

describe("deadlines-kept", () => {
  it("is broken by an attempt that is lost where its policy times it out, and the other way round", () => {
    const lost = new Story().submit([{ tag: "a", executionTimeoutMs: 1 }]).tell("SUBMITTED a", "CLAIMED a/1");
    lost.event({ type: "LEASE_LOST", job: "a", attempt: 1, runner: "r1", message: "execution-timeout" });
    expect(rulesOf(lost.check())).toEqual(["deadlines-kept"]);
    const ended = new Story().submit([{ tag: "a", executionTimeoutMs: 1, onExecutionTimeout: "LOSE" }]);
    ended.tell("SUBMITTED a", "CLAIMED a/1").event({
      ...{ type: "ENDED", job: "a", attempt: 1, runner: "r1", state: "TIMED_OUT" },
      ...{ reason: "EXECUTION_TIMEOUT", message: "The execution limit of 0.001 s passed." },
    });
    expect(rulesOf(ended.check())).toEqual(["deadlines-kept"]);
  });
});
