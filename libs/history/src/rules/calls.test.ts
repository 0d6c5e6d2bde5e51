import { describe, expect, it } from "vitest";
import { rulesOf, Story } from "../../test/story.js";
import type { SubmittedJob } from "../observation.js";

const created = (job: string): SubmittedJob => ({ job, disposition: "CREATED", state: "QUEUED" });
const submitOf = (tag: string, requestId: string) => ({
  ...({ op: "submit", namespace: "ns", requestId, items: [{ tag, kind: "k" }] } as const),
});

describe("acknowledged-jobs-stay", () => {
  it("holds for jobs that are there, and for those that were deleted", () => {
    const story = new Story().submit([{ tag: "a" }, { tag: "b" }]).tell("SUBMITTED a", "SUBMITTED b");
    story.done({ op: "delete", namespace: "ns", jobs: ["b"] }).tell("DELETED b");
    expect(story.check({ jobs: story.finalJobs() })).toEqual([]);
    expect(story.check({ jobs: story.finalJobs(), eventsComplete: false })).toEqual([]);
  });

  it("is broken by a job that is not there at the end", () => {
    const story = new Story().submit([{ tag: "a" }]).tell("SUBMITTED a");
    expect(rulesOf(story.check({ jobs: [] }))).toEqual(["acknowledged-jobs-stay"]);
  });

  it("is broken by a job of which no event tells", () => {
    const story = new Story().submit([{ tag: "a" }]);
    expect(
      rulesOf(
        story.check({
          jobs: [{ namespace: "ns", job: "a", state: "QUEUED", attempts: [], queue: "default", kind: "k" }],
        }),
      ),
    ).toEqual(["acknowledged-jobs-stay"]);
  });

  it("is broken by a job that is new for two items, and by one in another queue", () => {
    const story = new Story();
    for (const tag of ["a", "b"]) story.answer(story.begin(submitOf(tag, "")), { jobs: [created("j")] });
    expect(rulesOf(story.check())).toEqual(["acknowledged-jobs-stay"]);
    const moved = new Story().submit([{ tag: "a", queue: "fast" }]).tell("SUBMITTED a");
    expect(rulesOf(moved.check())).toEqual(["acknowledged-jobs-stay"]);
  });

  it("says nothing of a call that may or may not have been done", () => {
    const story = new Story();
    story.fail(story.begin(submitOf("a", "1")));
    expect(story.check({}, { closed: true })).toEqual([]);
  });
});

describe("request-ids", () => {
  const repeat = (second: string) => {
    const story = new Story();
    story.answer(story.begin(submitOf("a", "1")), { jobs: [created("x")] });
    return story.answer(story.begin(submitOf("a", "1")), { jobs: [{ ...created(second), disposition: "REPLAYED" }] });
  };

  it("holds when the repeat is answered with the same jobs", () => expect(repeat("x").check()).toEqual([]));

  it("is broken by other jobs", () => expect(rulesOf(repeat("y").check())).toEqual(["request-ids"]));

  it("is broken by an item that became two jobs", () => {
    const story = new Story();
    story.fail(story.begin(submitOf("a", "1"))).tell("SUBMITTED x", "SUBMITTED y");
    story.answer(story.begin(submitOf("a", "1")), { jobs: [created("y")] });
    const jobs = story.finalJobs().map((job) => ({ ...job, tag: "a" }));
    expect(rulesOf(story.check({ jobs }))).toEqual(["request-ids"]);
    expect(rulesOf(story.check({ jobs: story.finalJobs() }, { closed: true }))).toEqual(["request-ids"]);
  });

  it("allows the jobs of calls whose answer was lost, and no others", () => {
    const story = new Story();
    story.fail(story.begin(submitOf("a", "1"))).tell("SUBMITTED x");
    expect(story.check({ jobs: story.finalJobs() }, { closed: true })).toEqual([]);
    story.tell("SUBMITTED y");
    expect(rulesOf(story.check({ jobs: story.finalJobs() }, { closed: true }))).toEqual(["request-ids"]);
  });
});
