import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";
import type { LimitSetting } from "../observation.js";

const set = (story: Story, ...limits: LimitSetting[]) =>
  story.answer(story.begin({ op: "limits", namespace: "ns", limits }));
const keyed = (tag: string, key = "k") => ({ tag, concurrencyKeys: [key] });

describe("seats", () => {
  it("holds while seats are given back before they are taken again", () => {
    const story = set(new Story(), { key: "k", seats: 1 }).submit([keyed("a"), keyed("b")]);
    story.tell(
      "SUBMITTED a",
      "SUBMITTED b",
      "CLAIMED a/1",
      "LEASE_LOST a/1",
      "CLAIMED b/1",
      "ENDED b/1",
      "CLAIMED a/2",
    );
    expect(story.check()).toEqual([]);
  });

  it("is broken by one attempt too many, also for the default of many keys", () => {
    const story = set(new Story(), { key: "k", seats: 1 }).submit([keyed("a"), keyed("b")]);
    story.tell("SUBMITTED a", "SUBMITTED b", "CLAIMED a/1", "CLAIMED b/1");
    const [violation] = story.check();
    expect(violation).toMatchObject({ rule: "seats", message: "Job b took seat 2 of 1 of key k." });
    const group = set(new Story(), { key: "group.*", seats: 1 }).submit([keyed("a", "group.x"), keyed("b", "group.x")]);
    expect(rulesOf(group.tell("SUBMITTED a", "SUBMITTED b", "CLAIMED a/1", "CLAIMED b/1").check())).toEqual(["seats"]);
  });

  it("allows what a change that is under way may allow, and no more once it was acknowledged", () => {
    const both = ["SUBMITTED a", "SUBMITTED b", "CLAIMED a/1", "CLAIMED b/1"];
    const raising = set(new Story(), { key: "k", seats: 1 }).submit([keyed("a"), keyed("b")]);
    raising.begin({ op: "limits", namespace: "ns", limits: [{ key: "k", seats: 2 }] });
    expect(raising.tell(...both).check()).toEqual([]);
    const lowered = set(set(new Story(), { key: "k", seats: 2 }), { key: "k", seats: 1 });
    expect(
      rulesOf(
        lowered
          .submit([keyed("a"), keyed("b")])
          .tell(...both)
          .check(),
      ),
    ).toEqual(["seats"]);
    const unknown = new Story();
    unknown.fail(unknown.begin({ op: "limits", namespace: "ns", limits: [{ key: "k", seats: 1 }] }));
    expect(
      unknown
        .submit([keyed("a"), keyed("b")])
        .tell(...both)
        .check(),
    ).toEqual([]);
  });

  it("is broken by seats that are held at the end without an attempt", () => {
    const story = new Story().submit([keyed("a")]).tell("SUBMITTED a", "CLAIMED a/1", "ENDED a/1");
    const end = (held: number) => ({
      jobs: story.finalJobs(),
      limits: [{ namespace: "ns", key: "k", held, seats: 1 }],
    });
    expect(story.check(end(0))).toEqual([]);
    expect(rulesOf(story.check(end(1)))).toEqual(["seats"]);
  });
});

describe("rates", () => {
  const claims = (...times: number[]) => {
    const tags = times.map((_, i) => `j${i}`);
    const story = set(new Story(), { key: "k", ratePerSecond: 1, burst: 2 });
    story.submit(tags.map((tag) => ({ tag, rateKeys: ["k"] })));
    for (const tag of tags) story.tell(`SUBMITTED ${tag}`);
    for (const [i, time] of times.entries())
      story.event({ type: "CLAIMED", job: `j${i}`, attempt: 1, runner: "r", time: 100_000 + time });
    return story;
  };

  it("holds for what the bucket held and was given", () => {
    expect(claims(0, 0, 1_000, 2_000, 9_000, 9_000).check(undefined, { clockErrorMs: 0 })).toEqual([]);
    expect(claims(0, 0, 0).check()).toEqual([]);
  });

  it("is broken by a span with more", () => {
    expect(rulesOf(claims(0, 5_000, 5_000, 5_999).check(undefined, { clockErrorMs: 0 }))).toEqual(["rates"]);
  });
});

describe("paused-queues", () => {
  const steer = (story: Story, op: "pause" | "resume") =>
    story.answer(story.begin({ op, namespace: "ns", queue: "default" }));

  it("holds for jobs that were there before the pause: their claims may have been decided", () => {
    const story = steer(new Story().submit([{ tag: "a" }]).tell("SUBMITTED a"), "pause");
    expect(story.tell("CLAIMED a/1").check()).toEqual([]);
  });

  it("is broken by a job that was submitted behind the pause's answer, until somebody resumes", () => {
    const story = () =>
      steer(new Story(), "pause")
        .submit([{ tag: "a" }])
        .tell("SUBMITTED a");
    expect(rulesOf(story().tell("CLAIMED a/1").check())).toEqual(["paused-queues"]);
    const resumed = story();
    resumed.begin({ op: "resume", namespace: "ns", queue: "default" });
    expect(resumed.tell("CLAIMED a/1").check()).toEqual([]);
  });

  it("is broken by a claim call that began behind it, and by a later time where clocks are known", () => {
    const story = steer(new Story().submit([{ tag: "a" }]).tell("SUBMITTED a"), "pause");
    const call = story.begin({ op: "claim", namespace: "ns", runner: "r1" });
    story
      .note({ type: "granted", namespace: "ns", runner: "r1", job: "a", attempt: 1, call })
      .answer(call)
      .tell("CLAIMED a/1");
    expect(rulesOf(story.check())).toEqual(["paused-queues"]);
    const timed = steer(new Story().submit([{ tag: "a" }]).tell("SUBMITTED a"), "pause").tell("CLAIMED a/1");
    expect(rulesOf(timed.check(undefined, { clockErrorMs: 0 }))).toEqual(["paused-queues"]);
  });
});
