import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";

describe("retries-as-reported", () => {
  const failed = (retryable: boolean) =>
    new Story()
      .submit([{ tag: "a" }])
      .tell("SUBMITTED a", "CLAIMED a/1")
      .write("a", 1, { sort: "outcome", kind: "FAILED", retryable });

  it("holds when the job goes on as its runner said", () => {
    expect(failed(true).tell("ATTEMPT_FAILED a/1").check()).toEqual([]);
    expect(failed(false).tell("ENDED a/1 FAILED").check()).toEqual([]);
  });

  it("is broken by a job that goes on, or does not, against its runner's word", () => {
    expect(rulesOf(failed(false).tell("ATTEMPT_FAILED a/1").check())).toEqual(["retries-as-reported"]);
    expect(rulesOf(failed(true).tell("ENDED a/1 FAILED").check())).toEqual(["retries-as-reported"]);
  });
});

describe("changes-happen", () => {
  const cancel = { op: "cancel", namespace: "ns", jobs: ["a"] } as const;
  const running = () => new Story().tell("SUBMITTED a", "CLAIMED a/1");
  const check = (story: Story, closed = false) => rulesOf(story.check({ jobs: story.finalJobs() }, { closed }));

  it("holds for what the events tell", () => {
    expect(
      check(
        running()
          .done({ ...cancel, mode: "immediate" })
          .tell("ENDED a/1 CANCELLED CANCELLED"),
      ),
    ).toEqual([]);
    expect(
      check(
        running()
          .done({ ...cancel, mode: "confirmed" })
          .tell("CANCEL_REQUESTED a/1"),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      "an immediate cancel that was only asked for",
      { ...cancel, mode: "immediate" } as const,
      ["CANCEL_REQUESTED a/1"],
    ],
    ["a confirmed cancel without a trace", { ...cancel, mode: "confirmed" } as const, []],
    ["a deletion without a trace", { op: "delete", namespace: "ns", jobs: ["a"] } as const, []],
    ["a retry without a reopening", { op: "retry", namespace: "ns", jobs: ["a"], requestId: "1" } as const, []],
  ])("is broken by %s", (_, request, events) => {
    expect(
      check(
        running()
          .done(request)
          .tell(...events),
      ),
    ).toContain("changes-happen");
  });

  it("is broken by fewer reopenings than retries", () => {
    const story = running().tell("ENDED a/1 FAILED", "REOPENED a");
    const retry = { op: "retry", namespace: "ns", jobs: ["a"] } as const;
    expect(check(story.done({ ...retry, requestId: "1" }).done({ ...retry, requestId: "1" }))).toEqual([]);
    expect(check(story.done({ ...retry, requestId: "2" }))).toEqual(["changes-happen"]);
  });

  it("is broken by a cancel of nobody, in a closed history", () => {
    const story = new Story().submit([{ tag: "a" }]).tell("SUBMITTED a", "ENDED a CANCELLED CANCELLED");
    expect(check(story)).toEqual([]);
    expect(check(story, true)).toEqual(["changes-happen"]);
  });
});

describe("cancels-end", () => {
  it("is broken by a job that goes on although its cancel was asked for", () => {
    const story = new Story().tell("SUBMITTED a", "CLAIMED a/1", "CANCEL_REQUESTED a/1");
    expect(rulesOf(story.tell("LEASE_LOST a/1").check())).toEqual(["cancels-end"]);
  });
});

describe("parents-first", () => {
  const family = (...lines: string[]) =>
    new Story()
      .submit([{ tag: "p" }, { tag: "c", parents: [{ job: 0 }] }])
      .tell("SUBMITTED p", "SUBMITTED c BLOCKED", ...lines);

  it("holds when the parent ended first", () => {
    expect(family("CLAIMED p/1", "ENDED p/1", "READY c", "CLAIMED c/1").check()).toEqual([]);
    expect(family("CLAIMED p/1", "ENDED p/1 FAILED", "ENDED c CANCELLED PARENT").check()).toEqual([]);
    expect(family("DELETED p", "ENDED c CANCELLED PARENT").check()).toEqual([]);
  });

  it.each([
    ["a child that is ready too early", ["CLAIMED p/1", "READY c"]],
    ["a child of a failed parent", ["CLAIMED p/1", "ENDED p/1 FAILED", "READY c"]],
    ["a child that ends by a parent that succeeded", ["CLAIMED p/1", "ENDED p/1", "ENDED c CANCELLED PARENT"]],
    ["a child that ends otherwise than it was asked for", ["CLAIMED p/1", "ENDED p/1 FAILED", "ENDED c FAILED PARENT"]],
  ])("is broken by %s", (_, lines) => {
    expect(rulesOf(family(...lines).check())).toEqual(["parents-first"]);
  });

  it("takes the states that satisfy from the spec", () => {
    const story = new Story().submit([{ tag: "p" }, { tag: "c", parents: [{ job: "p", satisfiedBy: ["FAILED"] }] }]);
    expect(story.tell("SUBMITTED p", "CLAIMED p/1", "ENDED p/1 FAILED", "SUBMITTED c").check()).toEqual([]);
  });
});

describe("reuse-keys", () => {
  const keyed = (tag: string) => ({ tag, reuseKey: "k", reuseStates: ["ACTIVE", "SUCCEEDED"] as const });

  it("holds when the first has ended", () => {
    const story = new Story().submit([keyed("a"), keyed("b")]);
    expect(story.tell("SUBMITTED a", "CLAIMED a/1", "ENDED a/1 FAILED", "SUBMITTED b").check()).toEqual([]);
  });

  it("is broken by two open jobs, and by stand-ins that do not fit", () => {
    const story = new Story().submit([keyed("a"), keyed("b")]);
    expect(rulesOf(story.tell("SUBMITTED a", "SUBMITTED b").check())).toEqual(["reuse-keys"]);
    const joined = new Story().submit([keyed("a")]).tell("SUBMITTED a");
    const item = { ...keyed("b"), kind: "k" };
    const call = joined.begin({
      op: "submit",
      namespace: "ns",
      requestId: "",
      items: [{ ...item, reuseKey: "other" }],
    });
    joined.answer(call, { jobs: [{ job: "a", disposition: "JOINED", state: "QUEUED" }] });
    expect(rulesOf(joined.check())).toEqual(["reuse-keys"]);
    const cached = new Story().submit([keyed("a")]).tell("SUBMITTED a");
    const hit = cached.begin({ op: "submit", namespace: "ns", requestId: "", items: [item] });
    cached.answer(hit, { jobs: [{ job: "a", disposition: "CACHED", state: "QUEUED" }] });
    expect(rulesOf(cached.check({ jobs: cached.finalJobs() }))).toEqual(["reuse-keys"]);
  });
});
