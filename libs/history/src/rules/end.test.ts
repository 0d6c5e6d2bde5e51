import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";
import type { FinalJob, FinalRunner, FinalState } from "../history.js";

const line = (first: number, ...lines: string[]) => ({ sort: "log", stream: "out", first, lines }) as const;

describe("log-lines", () => {
  const story = () =>
    new Story()
      .submit([{ tag: "a" }])
      .tell("SUBMITTED a", "CLAIMED a/1")
      .write("a", 1, line(0, "x", "y"));
  const check = (told: Story, lines: string[], closed = true) => {
    const logs = [{ job: "a", attempt: 1, stream: "out", sealed: true, lines }];
    return rulesOf(told.check({ jobs: told.finalJobs(), logs }, { closed }));
  };

  it("holds for what was acknowledged, with what may have been stored", () => {
    const more = story();
    more.written(more.send("a", 1, line(2, "z")), "unknown");
    expect(check(more, ["x", "y", "z"])).toEqual([]);
    expect(check(more, ["x", "y"])).toEqual([]);
  });

  it.each([
    ["a missing line", ["x"]],
    ["another line at its place", ["y", "x"]],
    ["a line that comes twice", ["x", "x", "y"]],
    ["a line that nobody sent", ["x", "y", "z"]],
  ])("is broken by %s", (_, lines) => {
    expect(check(story(), lines)).toEqual(["log-lines"]);
  });

  it("is broken by a stream that is not there, and not by one of a deleted job", () => {
    const told = story();
    expect(rulesOf(told.check({ jobs: told.finalJobs(), logs: [] }))).toEqual(["log-lines"]);
    told.done({ op: "delete", namespace: "ns", jobs: ["a"] }).tell("DELETED a");
    expect(told.check({ logs: [] })).toEqual([]);
  });
});

describe("liveness", () => {
  const runner: FinalRunner = { namespace: "ns", runner: "r1", holds: [], idle: true, kinds: ["k*"] };
  const check = (told: Story, job: Partial<FinalJob>, end: Partial<FinalState> = {}) => {
    const jobs = told.finalJobs().map((other) => (other.job === "a" ? { ...other, ...job } : other));
    return rulesOf(told.check({ jobs, healedForMs: 600_000, at: 1_000_000, runners: [runner], ...end }));
  };
  const running = () => new Story().submit([{ tag: "a" }]).tell("SUBMITTED a", "CLAIMED a/1");
  const attempts = [{ number: 1, runner: "r1", state: "CLAIMED" }] as const;

  it("is broken by a job that runs without a runner that names it, beyond its lease", () => {
    expect(check(running(), { attempts })).toEqual(["liveness"]);
    expect(check(running(), { attempts }, { runners: [{ ...runner, holds: ["a/1"] }] })).toEqual([]);
    expect(check(running(), { attempts }, { healedForMs: 35_000 })).toEqual([]);
    const long = running().note({
      type: "granted",
      namespace: "ns",
      runner: "r1",
      job: "a",
      attempt: 1,
      leaseMs: 3_600_000,
    });
    expect(check(long, { attempts })).toEqual([]);
  });

  it("is broken by a job that a free runner could take", () => {
    const waiting = (spec = {}) => new Story().submit([{ tag: "a", ...spec }]).tell("SUBMITTED a");
    expect(check(waiting(), {})).toEqual(["liveness"]);
    expect(check(waiting({ requiredLabels: { gpu: "" } }), {})).toEqual([]);
    expect(check(waiting(), {}, { runners: [{ ...runner, labels: {}, queues: ["other"] }] })).toEqual([]);
    expect(check(waiting(), {}, { runners: [{ ...runner, kinds: ["kk"] }] })).toEqual([]);
    expect(check(waiting(), {}, { pausedQueues: ["ns/default"] })).toEqual([]);
    expect(check(waiting(), { readyAt: 995_000 })).toEqual([]);
    expect(check(waiting(), {}, { healedForMs: 5_000 })).toEqual([]);
  });

  it("is broken by a job that waits for parents that have ended, or for a time that has come", () => {
    const child = new Story().submit([{ tag: "p" }, { tag: "a", parents: [{ job: 0 }] }]);
    child.tell("SUBMITTED p", "SUBMITTED a BLOCKED", "CLAIMED p/1");
    expect(check(child, {}, { runners: [{ ...runner, holds: ["p/1"] }] })).toEqual([]);
    const held = { runners: [{ ...runner, holds: ["p/1"] }] };
    expect(check(child.tell("ENDED p/1"), {}, held)).toEqual(["liveness"]);
    const timed = new Story().submit([{ tag: "a" }]).tell("SUBMITTED a SCHEDULED");
    expect(check(timed, { readyAt: 500_000 })).toEqual(["liveness"]);
    expect(check(timed, { readyAt: 2_000_000 })).toEqual([]);
  });
});
