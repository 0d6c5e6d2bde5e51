import { expect, it } from "vitest";
import { createMask } from "./mask.js";

const mask = createMask(["topsecret", "topsecret-longer", undefined, "abc"]);

it.each([
  ["the key topsecret and topsecret-longer", "the key [masked] and [masked]"],
  ["authorization: Bearer abcdefgh.ijkl", "authorization: Bearer [masked]"],
  ["used sk-proj-0123456789abcdef", "used [masked]"],
  ["postgres://me:hunter2@host/db", "postgres://me:[masked]@host/db"],
  ['{"api_key":"0123","q":1}', '{"api_key":"[masked]","q":1}'],
  ["GET /x?access_token=0123&q=1", "GET /x?access_token=[masked]&q=1"],
  ["abc is too short to be looked for", "abc is too short to be looked for"],
  ["Task: sk-ip the rest; max_tokens: 4000", "Task: sk-ip the rest; max_tokens: 4000"],
])("masks %j", (text, expected) => {
  expect(mask(text)).toBe(expected);
});
