import { expect, test } from "vitest";
import { parseNotice } from "./channel.js";

test("reads what the schema's function sends", () => {
  const payload = '{"replica" : "r", "streams" : [1,2], "jobs" : null}';
  expect(parseNotice(payload)).toEqual({ replica: "r", everything: false, streamIds: [1, 2], jobs: [] });
  expect(parseNotice('{"replica":"r","everything":true}')).toMatchObject({ everything: true });
  expect(parseNotice('{"replica":"r","streams":null,"jobs":[["n","j"]]}').jobs).toEqual([["n", "j"]]);
});

test("anything else means that everything may have changed", () => {
  expect(parseNotice("nonsense")).toMatchObject({ everything: true });
});
