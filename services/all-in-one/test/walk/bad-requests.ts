import fc from "fast-check";
import type { Route, Schema } from "./routes.js";
import { pathOf, sampleOf } from "./samples.js";

/** A request that is wrong in some way, or at least strange. */
export interface BadRequest {
  /** What is wrong with it, for messages. */
  readonly fault: string;
  readonly method: string;
  /** As it goes on the wire, without the dialect's prefix. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Bad requests to a route. */
export function badRequests(route: Route): fc.Arbitrary<BadRequest> {
  const faults: fc.Arbitrary<BadRequest>[] = [badMethod(route), badQuery(route)];
  if (route.path.includes("{")) faults.push(badPath(route));
  if (takesBody(route)) faults.push(badBytes(route), badMembers(route), badMembers(route), badType(route));
  return fc.oneof(...faults);
}

/** Whether a body may matter to a route. */
export function takesBody({ method, body }: Route): boolean {
  return body !== undefined || method === "POST" || method === "PUT" || method === "PATCH";
}

const json = { "content-type": "application/json" };

/** The request as the document describes it. */
function plain(route: Route): BadRequest {
  const body = route.body === undefined ? undefined : Buffer.from(JSON.stringify(sampleOf(route.body)));
  return { fault: "", method: route.method, path: pathOf(route), headers: body === undefined ? {} : json, body };
}

function badMethod(route: Route): fc.Arbitrary<BadRequest> {
  const others = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((name) => name !== route.method);
  return fc.constantFrom(...others).map((method) => {
    return { ...plain(route), fault: `method ${method}`, method, ...(method === "HEAD" ? { body: undefined } : {}) };
  });
}

/** Texts as they stand in a URL. */
const nastyTexts = [
  ..."%00 %ff%fe %ed%a0%80 %zz % .. %2e%2e%2f %2F %0d%0aX:1 null undefined true NaN 1e400 -1 0 1.5 99999999999999999999".split(
    " ",
  ),
  ...[
    "%F0%9F%98%80",
    "%E2%80%AE",
    "a%20b",
    "'%3B--",
    "%7B%7D",
    "%5B%5D",
    "$ne",
    "__proto__",
    "constructor",
    "*",
    "%25s%25n",
  ],
  ...["x".repeat(300), "9".repeat(3_000), "%20", "+", "[]", "a,b", "2147483648", "-9223372036854775809", "0x10", "01"],
];

function badPath(route: Route): fc.Arbitrary<BadRequest> {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return fc.record({ name: fc.constantFrom(...names), text: fc.constantFrom(...nastyTexts) }).map(({ name, text }) => {
    return { ...plain(route), fault: `path ${name}`, path: pathOf(route, { [name]: text }) };
  });
}

function badQuery(route: Route): fc.Arbitrary<BadRequest> {
  const known = route.parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const name = fc.constantFrom(...known, ...known, "unknown", "__proto__", "%00", "a[b]");
  const pair = fc.tuple(name, fc.constantFrom(...nastyTexts)).map(([key, text]) => `${key}=${text}`);
  const query = fc.array(pair, { minLength: 1, maxLength: 3 });
  return query.map((pairs) => {
    return { ...plain(route), fault: "query", path: `${pathOf(route)}?${pairs.join("&")}` };
  });
}

const nest = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`;

function badBytes(route: Route): fc.Arbitrary<BadRequest> {
  const text = JSON.stringify(sampleOf(route.body ?? { type: "object" }));
  const texts = [
    "",
    " ",
    "{",
    "}",
    "[]",
    "null",
    "true",
    "5",
    '"text"',
    "{}",
    "{}{}",
    "[{}]",
    "undefined",
    "NaN",
    "'{}'",
  ];
  const more = [
    ...[`${text.slice(0, -1)},}`, `${text} x`, `\ufeff${text}`, `${text.slice(0, -1)}`, `/* */${text}`],
    ...[nest(2_000, "[", "]"), nest(2_000, '{"a":', "}"), `{"x":${nest(2_000, "[", "]")}}`],
    ...[
      '{"a":1,"a":2}',
      '{"__proto__":{"x":1}}',
      '{"constructor":{"prototype":{}}}',
      '{"":""}',
      '{"\\u0000":"\\u0000"}',
    ],
  ];
  const raw = [[0xff, 0xfe, 0x7b], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d], [0x00], [0xef, 0xbb, 0xbf]];
  const bodies = [...[...texts, ...more].map((body) => Buffer.from(body)), ...raw.map((bytes) => Buffer.from(bytes))];
  return fc
    .oneof(
      fc.constantFrom(...bodies),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    )
    .map((body) => {
      return { ...plain(route), fault: "bytes", headers: json, body };
    });
}

function badType(route: Route): fc.Arbitrary<BadRequest> {
  const types = ["text/xml", "text/plain", "multipart/form-data", "application/json; charset=utf-16", "///", ""];
  const form = "application/x-www-form-urlencoded";
  return fc.constantFrom(...types, form).map((type) => {
    const { body = Buffer.from("a=1") } = plain(route);
    return { ...plain(route), fault: `content type ${type}`, headers: { "content-type": type }, body };
  });
}

/** JSON texts, since no value of JavaScript is a number of a thousand digits or a member twice. */
const nastyValues = [
  ...[
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "0",
    "-1",
    "1.5",
    "1e400",
    "-1e308",
    "9".repeat(1_000),
    "1e-400",
    "9007199254740993",
  ],
  ...[
    '"text"',
    '"\\u0000"',
    '"\\ud800"',
    '" "',
    '"\\u202e"',
    `"${"y".repeat(70_000)}"`,
    '"..%2f"',
    "[null]",
    "[[]]",
    "[{}]",
  ],
  ...['{"a":null}', '{"__proto__":1}', `[${"1,".repeat(2_000)}1]`, nest(990, "[", "]"), nest(2_000, '{"a":', "}")],
  ...['"2026-02-30T00:00:00Z"', '"9999999-01-01"', '"7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a1"', '"$ne"', '"*"'],
];

/** Objects some of whose members are missing, strange, or there twice. */
function badMembers(route: Route): fc.Arbitrary<BadRequest> {
  const value = fc.oneof(fc.constantFrom(...nastyValues), fc.json({ maxDepth: 2 }));
  return objectText(route.body ?? {}, value, 2).map((text) => {
    return { ...plain(route), fault: "members", headers: json, body: Buffer.from(text) };
  });
}

function objectText(schema: Schema, value: fc.Arbitrary<string>, depth: number): fc.Arbitrary<string> {
  const known = Object.entries(schema.properties ?? schema.else?.properties ?? {});
  const members = known.map(([name, member]) => {
    const inner = depth > 0 && member.properties !== undefined ? [objectText(member, value, depth - 1)] : [];
    const sample = fc.constant(JSON.stringify(sampleOf(member)));
    const text = fc.oneof(sample, sample, value, ...inner).map((json) => [`${JSON.stringify(name)}:${json}`]);
    return fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: fc.constant([]) });
  });
  const extra = fc.array(
    value.map((json) => `"walk":${json}`),
    { maxLength: 1 },
  );
  const again =
    known.length === 0
      ? fc.constant([])
      : fc.subarray(
          known.map(([name]) => `${JSON.stringify(name)}:null`),
          { maxLength: 1 },
        );
  return fc.tuple(...members, extra, again).map((parts) => `{${parts.flat().join(",")}}`);
}
