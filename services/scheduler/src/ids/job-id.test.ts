import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJobIdCodec } from "./job-id.js";

const codec = createJobIdCodec(Buffer.alloc(32, 7), "default");
const key = fc.record({
  serial: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
  reopen: fc.integer({ min: 0, max: 255 }),
  attempt: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
});

describe("job ids", () => {
  it("come back as they went, in the form of a UUID of version 4", () => {
    fc.assert(
      fc.property(key, (k) => {
        const id = codec.encode(k);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(codec.decode(id)).toEqual(k);
        expect(codec.decode(id.toUpperCase())).toEqual(k);
      }),
      { numRuns: 5_000 },
    );
  });

  it("of a job and its attempts share the last group, which is the short id", () => {
    fc.assert(
      fc.property(key, ({ serial, reopen, attempt }) => {
        const short = codec.encodeShort(serial, reopen);
        expect(codec.encode({ serial, reopen, attempt }).slice(24)).toBe(short);
        expect(codec.decodeShort(short)).toEqual({ serial, reopen, attempt: 0 });
      }),
    );
  });

  it("of others are refused: random ones, other namespaces, one changed digit", () => {
    const other = createJobIdCodec(Buffer.alloc(32, 7), "other");
    for (let i = 0; i < 20_000; i++) expect(codec.decode(randomUUID())).toBeUndefined();
    fc.assert(
      fc.property(key, fc.nat(35), fc.integer({ min: 1, max: 15 }), (k, at, by) => {
        const id = codec.encode(k);
        expect(other.decode(id)).toBeUndefined();
        if ("-".includes(id[at] as string)) return;
        const digit = (Number.parseInt(id[at] as string, 16) ^ by).toString(16);
        expect(codec.decode(id.slice(0, at) + digit + id.slice(at + 1))).toBeUndefined();
      }),
    );
  });

  it("that are no UUIDs are refused", () => {
    for (const id of ["", "x", "123", `${randomUUID()}0`, randomUUID().replaceAll("-", "")])
      expect(codec.decode(id)).toBeUndefined();
    for (const id of ["", "00000000000g", "0123"]) expect(codec.decodeShort(id)).toBeUndefined();
  });
});
