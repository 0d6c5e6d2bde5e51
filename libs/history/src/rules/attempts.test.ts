import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";

const started = { sort: "start" } as const;
const succeeded = { sort: "outcome", kind: "SUCCEEDED" } as const;
const failed = { sort: "outcome", kind: "FAILED", retryable: true } as const;
const line = { sort: "log", stream: "out", first: 0, lines: ["x"] } as const;

const running = () => new Story().tell("SUBMITTED a", "CLAIMED a/1").grant("a", 1);

describe("no-double-runs", () => {
  it("holds when each attempt is one runner's", () =>
    expect(running().check({ jobs: running().finalJobs() })).toEqual([]));

  it("is broken by two runners, by a runner that the event does not name, and by a grant without an event", () => {
    expect(rulesOf(running().grant("a", 1, "r7").check())).toEqual(["no-double-runs"]);
    expect(rulesOf(new Story().tell("SUBMITTED a", "CLAIMED a/1").grant("a", 1, "r7").check())).toEqual([
      "no-double-runs",
    ]);
    const story = new Story().tell("SUBMITTED a").grant("a", 1);
    expect(rulesOf(story.check({ jobs: story.finalJobs() }))).toEqual(["no-double-runs"]);
  });

  it("is broken by work that is begun twice", () => {
    const run = { type: "run", step: "begun", runner: "r1", job: "a", attempt: 1 } as const;
    expect(running().note(run).check()).toEqual([]);
    expect(rulesOf(running().note(run).note(run).check())).toEqual(["no-double-runs"]);
  });
});

describe("fenced-writes", () => {
  it("holds for writes that were sent before anybody knew of the end", () => {
    const story = running();
    const late = story.send("a", 1, started);
    story.tell("LEASE_LOST a/1").written(late, "taken");
    expect(story.check()).toEqual([]);
  });

  it("is broken by a write after the end's event", () => {
    const story = running().tell("LEASE_LOST a/1").write("a", 1, { sort: "renew" });
    const [violation] = story.check();
    expect(violation?.rule).toBe("fenced-writes");
    expect(violation?.message).toBe(
      "A renew of attempt 1 of job a was taken, and its end was known before it was sent.",
    );
  });

  it.each([
    ["its outcome", (story: Story) => story.write("a", 1, succeeded)],
    ["a refusal", (story: Story) => story.written(story.send("a", 1, started), "refused", "LEASE_LOST")],
    ["the next attempt's grant", (story: Story) => story.grant("a", 2)],
    [
      "an immediate cancel",
      (story: Story) => story.done({ op: "cancel", namespace: "ns", mode: "immediate", jobs: ["a"] }),
    ],
    ["a deletion", (story: Story) => story.done({ op: "delete", namespace: "ns", jobs: ["a"] })],
  ])("is broken by a write after %s", (_, over) => {
    expect(rulesOf(over(running()).write("a", 1, started).check())).toEqual(["fenced-writes"]);
  });

  it("does not mind a confirmed cancel, or a cancel that was refused", () => {
    const confirmed = running().done({ op: "cancel", namespace: "ns", mode: "confirmed", jobs: ["a"] });
    expect(confirmed.write("a", 1, started).check()).toEqual([]);
    const refused = running();
    const call = refused.begin({ op: "cancel", namespace: "ns", mode: "immediate", jobs: ["a"] });
    refused.answer(call, { results: [{ job: "a", refused: "WRONG_STATE" }] });
    expect(refused.write("a", 1, started).check()).toEqual([]);
  });

  it("does not mind an attempt that a reopening made after the cancel", () => {
    const story = running();
    const call = story.begin({ op: "cancel", namespace: "ns", mode: "immediate", jobs: ["a"] });
    story.tell("ENDED a/1 CANCELLED CANCELLED", "REOPENED a", "CLAIMED a/2");
    story.answer(call, { results: [{ job: "a", refused: "" }] });
    expect(story.write("a", 2, started).check()).toEqual([]);
  });

  it("is broken by lines that a gateway took after the end, and by any after the next attempt's", () => {
    const ended = () => running().tell("LEASE_LOST a/1");
    expect(ended().write("a", 1, line).check()).toEqual([]);
    expect(
      rulesOf(
        ended()
          .write("a", 1, { ...line, checked: true })
          .check(),
      ),
    ).toEqual(["fenced-writes"]);
    const next = ended().tell("CLAIMED a/2").write("a", 2, line);
    expect(rulesOf(next.write("a", 1, line).check())).toEqual(["fenced-writes"]);
    const sealed = running();
    sealed.written(sealed.send("a", 1, line), "refused", "LOG_SEALED");
    expect(sealed.write("a", 1, { ...line, stream: "err" }).check()).toEqual([]);
    expect(rulesOf(sealed.write("a", 1, line).check())).toEqual(["fenced-writes"]);
  });

  it("is broken by a stranger's write, and by one of an attempt that never was", () => {
    expect(rulesOf(running().write("a", 1, started, "r7").check())).toEqual(["fenced-writes"]);
    const story = running().write("a", 5, started);
    expect(rulesOf(story.check({ jobs: story.finalJobs() }))).toEqual(["fenced-writes"]);
  });
});

describe("outcomes-stand", () => {
  it("holds when the attempt ended so", () => {
    const story = new Story().submit([{ tag: "a" }]).tell("SUBMITTED a", "CLAIMED a/1");
    story.write("a", 1, failed).tell("ATTEMPT_FAILED a/1", "CLAIMED a/2").write("a", 2, succeeded);
    story.tell("ENDED a/2");
    const [job] = story.finalJobs();
    const attempts = [
      { number: 1, runner: "r1", state: "FAILED" },
      { number: 2, runner: "r2", state: "SUCCEEDED" },
    ] as const;
    expect(story.check({ jobs: [{ ...(job as NonNullable<typeof job>), attempts }] }, { closed: true })).toEqual([]);
  });

  it("is broken by an attempt that was lost all the same, or never ended", () => {
    const lost = running().write("a", 1, succeeded).tell("LEASE_LOST a/1");
    expect(rulesOf(lost.check())).toEqual(["outcomes-stand"]);
    const open = running().write("a", 1, succeeded);
    expect(rulesOf(open.check({ jobs: open.finalJobs() }))).toEqual(["outcomes-stand"]);
  });

  it("is broken by two kinds, by another state at the end, and by an end that nobody reported", () => {
    const first = running();
    const [a, b] = [first.send("a", 1, succeeded), first.send("a", 1, failed)];
    expect(rulesOf(first.written(a, "taken").written(b, "taken").check())).toEqual(["outcomes-stand"]);
    const other = running().write("a", 1, succeeded).tell("ENDED a/1");
    const jobs = other.finalJobs().map((job) => ({ ...job, state: "FAILED" as const }));
    expect(rulesOf(other.check({ jobs }))).toEqual(["outcomes-stand"]);
    const nobody = running().tell("ENDED a/1");
    expect(rulesOf(nobody.check(undefined, { closed: true }))).toEqual(["outcomes-stand"]);
    expect(nobody.check()).toEqual([]);
  });

  it("allows the outcome whose answer was lost", () => {
    const story = running();
    story.written(story.send("a", 1, succeeded), "unknown").tell("ENDED a/1");
    expect(story.check(undefined, { closed: true })).toEqual([]);
  });
});

describe("watchers-agree", () => {
  const told = () => new Story().watch("v").tell("SUBMITTED a", "CLAIMED a/1");

  it("holds when a second watcher replays the same", () => {
    const story = told();
    for (const event of story.events) story.sees("v", event);
    expect(
      story
        .watch("v", 1)
        .sees("v", story.events[1] as never)
        .check(),
    ).toEqual([]);
  });

  it("is broken by an event that somebody missed, unless he was told", () => {
    const story = told();
    story.sees("v", story.events[1] as never);
    expect(rulesOf(story.check())).toEqual(["watchers-agree"]);
    const overrun = told().note({ type: "overrun", watcher: "v", namespace: "ns", upTo: 1 });
    expect(overrun.sees("v", overrun.events[1] as never).check()).toEqual([]);
    const seen = told().note({ type: "seen", watcher: "v", namespace: "ns", upTo: 2 });
    expect(rulesOf(seen.check())).toEqual(["watchers-agree"]);
  });

  it("is broken by another event under the same number, by a repeat, and by one out of order", () => {
    const other = told();
    other.sees("v", { ...(other.events[0] as never as object), time: 1 } as never).sees("v", other.events[1] as never);
    expect(rulesOf(other.check())).toEqual(["watchers-agree"]);
    const twice = told();
    for (const event of [...twice.events, ...twice.events]) twice.sees("v", event);
    expect(rulesOf(twice.check())).toEqual(["watchers-agree"]);
  });

  it("concludes nothing from what a filtered watcher, or one from now on, did not see", () => {
    const story = new Story().watch("v", 0, true).watch("u", "now").tell("SUBMITTED a", "CLAIMED a/1");
    story.sees("v", story.events[1] as never).sees("u", story.events[1] as never);
    expect(story.check()).toEqual([]);
  });
});
