import { describe, expect, it } from "vitest";
import { jobHash } from "./job-hash.js";

/** The contract's vectors: every hash is one that the old service has stored. */
const vectors: readonly (readonly [string, string, string])[] = [
  [
    "hello_world",
    String.raw`{"name":"Alice","processing_time":10}`,
    "537d4d355d05cd39138a91f451faf112326d8f3d17708a015a98c3777c1f3e7b",
  ],
  [
    "hello_world",
    String.raw`{"processing_time":10,"name":"Alice"}`,
    "537d4d355d05cd39138a91f451faf112326d8f3d17708a015a98c3777c1f3e7b",
  ],
  [
    "example_task",
    String.raw`{"param1":"value1","param2":"value2"}`,
    "959427a0b1f729c97e66ebbb0fc3fb210a9df9283a00d55a3e7c5ee2c7b75549",
  ],
  ["t", String.raw`{}`, "fb7571cd7b7ad2d038efdfa0569bb9e3d644ed7e9e09e63c15c5267aa379fe49"],
  ["t", String.raw`[]`, "e172e735d4077b54a583dbbefabc0e73ab826a509caa1ab8ed1a6bcdb745ee8e"],
  [
    "t",
    String.raw`{"b":1,"a":{"y":[{"k":1,"j":2}],"x":null}}`,
    "336d615272d2d75bad6c693075356e9429eea7ba77b34e7ab0f1e51e01d1869b",
  ],
  [
    "t",
    String.raw`{"b":2,"B":1,"10":"ten","9":"nine","-1":"neg","01":"lead","":"empty","a":true}`,
    "a07b450bd80f4dbbf15dd41822c7d01f1b64032fa29244ff93f1511ac3e449ed",
  ],
  [
    "t",
    String.raw`{"f":1.0,"e":1e2,"n":-0.0,"big":9007199254740993,"huge":1e21,"small":0.0000001,"third":0.1}`,
    "04d43fe0991801619e0f7fe036c81350b1da25190add9d49fa887c7f43096c55",
  ],
  [
    "t",
    String.raw`{"s":"caf\u00e9 \ud83d\ude80 \u2028 \"q\" \\ \/ \b\f\n\r\t \u0001 \u007f"}`,
    "0e86bea3b6ed71ae187eff8c41ff37dd1f21fb65adf6b293552ac76cf4fb6078",
  ],
  [
    "t",
    String.raw`{"\uffee":1,"\ud83d\ude00":2,"z":3,"\u00e9":4}`,
    "d26352c39e5ceea655f6b363fd35cd017ec1ed0ccd37455687bf91538f7c873d",
  ],
  ["t", String.raw`{"a":1,"a":2}`, "ee72ec39f00dc14dfa6d5f3232e09a91e4fe282ce0ef0b6390f04dabbb9f6503"],
  ["t", String.raw`{"lone":"\ud800"}`, "284218afacfb036baf99907872a457c5e92da07960be527737bea80d8b897614"],
  [
    "t",
    String.raw`{"4294967294":"i","4294967295":"k","4294967296":"l","0":"z"}`,
    "72e109f7518bf315e9e30417652cea30eabd426b1e1f03399b89ac6adbb49999",
  ],
  ["t", String.raw`{"over":1e400}`, "5e94068a06f7cf283cc47d4241213523db1aef669b9ca3c2dbcbee892ea73d57"],
  ["t", String.raw`{"__proto__":{"x":1},"a":1}`, "2519aead7240f3ca8129b11ea515cbc7cde2d95b748a781d1983a5bcbcf99f53"],
  ['tÿpe "q"', String.raw`{"a":1}`, "fe870804b261c3471fd9d577606e9cbbc4e639696ac8adc994c076b6340d133c"],
  [
    "t",
    String.raw`{"nul":"a\u0000b","nested":{"2":[{"b":false,"a":null}],"1":{}}}`,
    "3d4dc568261397662cf9d8e3ee4b9ecbcbc00acd6a1c59c7cdeab406db800240",
  ],
];

describe("jobHash", () => {
  it.each(vectors)("of %s and %s is the stored one", (jobType, text, hash) => {
    expect(jobHash(jobType, JSON.parse(text), { dropProto: true })).toBe(hash);
  });

  it.each(vectors.filter(([, text]) => !text.includes("__proto__")))(
    "of %s and %s needs no leniency for that",
    (jobType, text, hash) => expect(jobHash(jobType, JSON.parse(text))).toBe(hash),
  );

  it("tells inputs apart that differ in __proto__ only, unless it is asked for the old service's", () => {
    const [one, other] = [JSON.parse('{"__proto__":{"x":1},"a":1}'), JSON.parse('{"__proto__":{"x":2},"a":1}')];
    expect(jobHash("t", one)).not.toBe(jobHash("t", other));
    expect(jobHash("t", one)).not.toBe(jobHash("t", { a: 1 }));
    expect(jobHash("t", one, { dropProto: true })).toBe(jobHash("t", { a: 1 }));
  });

  it("does not mix up type and input", () => {
    expect(jobHash("t", {})).not.toBe(jobHash('t","params":{}', []));
    expect(jobHash("a", {})).not.toBe(jobHash("b", {}));
  });
});
