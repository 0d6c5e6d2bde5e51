import { expect, it } from "vitest";
import { jsonOfAnswer } from "./json-answer.js";

it.each([
  ['{"a":1}', { a: 1 }],
  [" [1, 2] ", [1, 2]],
  ['Here you are:\n```json\n{"a":"}"}\n```\nAnything else?', { a: "}" }],
  ['Sure! {"a":{"b":2}} I hope it helps.', { a: { b: 2 } }],
  ["The list: [1,[2]].", [1, [2]]],
])("finds the JSON in %j", (answer, value) => {
  expect(jsonOfAnswer(answer)).toEqual(value);
});

it.each(["", "I cannot do that.", '{"a":', "```\nnothing\n```"])("finds none in %j", (answer) => {
  expect(() => jsonOfAnswer(answer)).toThrow("holds no JSON");
});
