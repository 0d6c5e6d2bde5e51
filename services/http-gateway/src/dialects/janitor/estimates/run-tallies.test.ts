import { describe, expect, it } from "vitest";
import { RunTallies } from "./run-tallies.js";

const sums = (runs: number, seconds: number) => ({ runs, timed: runs, seconds });

describe("RunTallies", () => {
  it("knows nothing at first", () => {
    expect(new RunTallies().historyOf("acme", "fixes")).toEqual({ durationSeconds: 15, successes: 0, total: 0 });
  });

  it("counts the runs of a pair over all codes", () => {
    const tallies = new RunTallies();
    tallies.addOfCodebase("acme", "fixes", "success", sums(3, 30));
    tallies.addOfCodebase("acme", "fixes", "command-failed", sums(1, 50));
    expect(tallies.historyOf("acme", "fixes")).toEqual({ durationSeconds: 20, successes: 3, total: 4 });
  });

  it("leaves out what was transient or lost", () => {
    const tallies = new RunTallies();
    tallies.addOfCodebase("acme", "fixes", "transient:success", sums(1, 100));
    tallies.addOfCodebase("acme", "fixes", "", sums(1, 100));
    tallies.addOfCampaign("fixes", "transient:timeout", sums(1, 100));
    expect(tallies.historyOf("acme", "fixes")).toEqual({ durationSeconds: 15, successes: 0, total: 0 });
  });

  it("takes the time of the pair before the codebase's, and that before the campaign's", () => {
    const tallies = new RunTallies();
    tallies.addOfCampaign("fixes", "success", sums(2, 14));
    expect(tallies.historyOf("acme", "fixes")).toMatchObject({ durationSeconds: 7, total: 0 });
    expect(tallies.knowsCodebase("acme")).toBe(false);
    tallies.addOfCodebase("acme", "other", "success", sums(1, 40));
    expect(tallies.historyOf("acme", "fixes")).toMatchObject({ durationSeconds: 40, total: 0 });
    expect(tallies.knowsCodebase("acme")).toBe(true);
    tallies.addOfCodebase("acme", "fixes", "nothing-to-do", sums(1, 2));
    expect(tallies.historyOf("acme", "fixes")).toEqual({ durationSeconds: 2, successes: 0, total: 1 });
  });

  it("counts runs that never started without their time", () => {
    const tallies = new RunTallies();
    tallies.addOfCodebase("acme", "fixes", "unknown-campaign", { runs: 2, timed: 0, seconds: 0 });
    expect(tallies.historyOf("acme", "fixes")).toEqual({ durationSeconds: 15, successes: 0, total: 2 });
  });
});
