import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { naiveNow, naiveTime, naiveTimeOrNull } from "./time-text.js";

it("writes times in UTC with microseconds and without a zone", () => {
  const time = create(TimestampSchema, { seconds: 1_768_421_516n, nanos: 123_456_789 });
  expect(naiveTime(time)).toBe("2026-01-14T20:11:56.123456");
  expect(naiveTime(create(TimestampSchema, { seconds: 0n }))).toBe("1970-01-01T00:00:00.000000");
  expect(naiveTimeOrNull(undefined)).toBeNull();
  expect(naiveNow()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
});
