import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import type { RunFacts } from "../runs/run-facts.js";
import { followRun, type RunStory } from "./follow-run.js";
import type { RunFeed } from "./run-feed.js";
import type { RunFeeds } from "./run-feeds.js";
import type { RunLine } from "./run-lines.js";

const ended: RunFacts = { state: JobState.SUCCEEDED, isOver: true, layers: {}, error: null, result: undefined };

/** A feed whose lines a test adds, at moments of its choosing. */
function createFeed() {
  const lines: RunLine[] = [];
  const state = {
    end: undefined as RunFacts | undefined,
    isGone: false,
    layers: undefined as string | undefined,
    left: 0,
  };
  const hooks = { onRead: () => {}, onWait: () => {} };
  const feed: RunFeed = {
    get lineCount() {
      return lines.length;
    },
    state: JobState.RUNNING,
    get layers() {
      return state.layers;
    },
    get end() {
      return state.end;
    },
    get isGone() {
      return state.isGone;
    },
    async linesFrom(index) {
      const found = lines.slice(index);
      hooks.onRead();
      return found;
    },
    async change() {
      hooks.onWait();
    },
  };
  const leave = () => {
    state.left += 1;
  };
  const feeds = { join: () => ({ feed, leave }) } as Partial<RunFeeds> as RunFeeds;
  const add = (text: string) => lines.push({ index: lines.length, text });
  return { feeds, state, hooks, add };
}

async function told(feeds: RunFeeds, story: Partial<RunStory> = {}): Promise<string> {
  const whole = { from: 0, withLayers: false, endOf: () => "completed", resultOf: () => undefined, ...story };
  const events = followRun({ feeds }, {} as never, whole, new AbortController().signal);
  let text = "";
  for await (const { frames } of events) text += typeof frames === "string" ? frames : Buffer.from(frames).toString();
  return text;
}

describe("a run that is followed", () => {
  it("is told to its end, layers and result before it", async () => {
    const { feeds, state, hooks, add } = createFeed();
    add("one");
    add("two\nthree");
    state.layers = '{"a":1}';
    hooks.onWait = () => {
      state.end = ended;
    };
    const layers = 'event: layer_status\ndata: {"a":1}\n\n';
    expect(await told(feeds, { withLayers: true, resultOf: () => ({ b: 2 }) })).toBe(
      `id: 0\ndata: one\n\nid: 1\ndata: two\ndata: three\n\n${layers}${layers}event: result\ndata: {"b":2}\n\nevent: end\ndata: completed\n\n`,
    );
    expect(state.left).toBe(1);
  });

  it("does not end before lines that came with the end", async () => {
    const { feeds, state, hooks, add } = createFeed();
    hooks.onRead = () => {
      hooks.onRead = () => {};
      add("last");
      state.end = ended;
    };
    expect(await told(feeds)).toBe("id: 0\ndata: last\n\nevent: end\ndata: completed\n\n");
  });

  it("does not sleep over lines that came while others were told", async () => {
    const { feeds, state, hooks, add } = createFeed();
    add("first");
    let waits = 0;
    hooks.onRead = () => {
      hooks.onRead = () => {};
      add("second");
    };
    hooks.onWait = () => {
      waits += 1;
      state.end = ended;
    };
    expect(await told(feeds)).toContain("id: 1\ndata: second\n\n");
    expect(waits).toBe(1);
  });

  it("begins where it shall, and says when it was deleted", async () => {
    const { feeds, state, add } = createFeed();
    for (const word of ["one", "two", "three"]) add(word);
    state.isGone = true;
    expect(await told(feeds, { from: 2 })).toBe("id: 2\ndata: three\n\nevent: error\ndata: Run not found\n\n");
  });
});
