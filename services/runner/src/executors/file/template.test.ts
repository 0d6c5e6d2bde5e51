import { JobFailure } from "@switchyard/client";
import { describe, expect, test } from "vitest";
import { fillArguments, fillTemplate, type TemplateValues } from "./fill-template.js";
import { parseArgument, parseTemplate } from "./template.js";

const values: TemplateValues = {
  input: {
    ...{ url: "https://a/?b=c d", n: 3, yes: true, none: null, text: "{input.url}", dash: "--output=x", nul: "a\0b" },
    ...{ list: ["a b", "$(c)", "-d"], deep: { a: [{ b: "x" }] }, mixed: ["a", 1, {}] },
  },
  job: { id: "j1", kind: "a.b", attempt: "2", namespace: "default" },
  here: "/etc/switchyard",
};
const fill = (text: string) => fillTemplate(parseTemplate(text), values);
const args = (entries: readonly string[], allowOptions = false) =>
  fillArguments(entries.map(parseArgument), values, allowOptions);

describe("a text", () => {
  test.each([
    ["plain", "plain"],
    ["<{input.url}>", "<https://a/?b=c d>"],
    ["{input.n}/{input.yes}", "3/true"],
    ["{input.deep.a.0.b}", "x"],
    ["{input.deep}", '{"a":[{"b":"x"}]}'],
    ["{input.text}", "{input.url}"],
    ["{input.x:-y z}{input.none:-}", "y z"],
    ["{input.url:-y}", "https://a/?b=c d"],
    ["{job.id}:{job.attempt}:{job.kind}:{job.namespace}", "j1:2:a.b:default"],
    ["{here}/x", "/etc/switchyard/x"],
    ['{"a": {}} $HOME {inputs} {}', '{"a": {}} $HOME {inputs} {}'],
    ["{{input.url} {a{input.n}", "{input.url} {a3"],
  ])("%j becomes %j", (text, expected) => {
    expect(fill(text)).toBe(expected);
  });

  test.each([
    ["{input.nothing}", 'the input has no "nothing"'],
    ["{input.none}", 'the input has no "none"'],
    ["{input.url.length}", 'no "url.length"'],
    ["{input.constructor}", 'no "constructor"'],
    ["{input.nul}", "NUL"],
  ])("%j fails the job", (text, message) => {
    expect(() => fill(text)).toThrow(JobFailure);
    expect(() => fill(text)).toThrow(message);
  });

  test.each(["{input.}", "{input.a b}", "{input", "{input.a:default}", "{job.x}", "{job}", "{here.x}", "{input.a...}"])(
    "%j can't be read",
    (text) => expect(() => parseTemplate(text)).toThrow(/placeholder|known|entry/),
  );
});

describe("a command", () => {
  test("an entry is one argument, whatever is in it; a list is as many as it has items", () => {
    expect(args(["-u", "{input.url}", "x={input.deep}"])).toEqual(["-u", "https://a/?b=c d", 'x={"a":[{"b":"x"}]}']);
    expect(args(["a", "{input.list...}", "z"])).toEqual(["a", "a b", "$(c)", "-d", "z"]);
    expect(args(["{input.x...:-}"])).toEqual([]);
    expect(args(["{input.x...:-all of it}"])).toEqual(["all of it"]);
  });

  test("a text of the input does not become an option, unless that is wanted or can't be", () => {
    expect(() => args(["{input.dash}"])).toThrow("would be an option");
    expect(args(["--url={input.dash}"])).toEqual(["--url=--output=x"]);
    expect(args(["--", "{input.dash}"])).toEqual(["--", "--output=x"]);
    expect(args(["{input.dash}"], true)).toEqual(["--output=x"]);
  });

  test.each([
    ["{input.url...}", "no list"],
    ["{input.x...}", 'the input has no "x"'],
    ["{input.mixed...}", "item 2 is no text"],
  ])("%j fails the job", (entry, message) => {
    expect(() => args([entry])).toThrow(message);
  });

  test("a list can't be a part of an entry", () => {
    expect(() => parseArgument("a{input.list...}")).toThrow("an entry of a command for itself");
  });
});
