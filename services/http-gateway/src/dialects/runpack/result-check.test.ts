import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createResultCheck } from "./result-check.js";
import { isListedHost, isPageKept, pageFactsUrl, resultUrls } from "./result-urls.js";

describe("resultUrls", () => {
  it("finds pages at any depth", () => {
    const output = { figpack_url: "a", b: [{ figpack_url: "c", d: { figpack_url: 5 } }], figpack_urls: "no", e: null };
    expect(resultUrls(output)).toEqual(["a", "c"]);
    for (const scalar of [null, 5, "figpack_url", []]) expect(resultUrls(scalar)).toEqual([]);
  });
});

describe("pageFactsUrl", () => {
  it("is a neighbour of the page", () => {
    expect(pageFactsUrl("https://h/a/index.html")?.href).toBe("https://h/a/figpack.json");
    for (const page of ["https://h/a/", "https://h/index.html?x", "/index.html", "", "https://h/xindex.html"]) {
      expect(pageFactsUrl(page)).toBeUndefined();
    }
  });
});

describe("isPageKept", () => {
  it("needs a word for it", () => {
    expect(isPageKept({ pinned: true }, 100)).toBe(true);
    expect(isPageKept({ expiration: 101 }, 100)).toBe(true);
    const gone = [{}, { expiration: 100 }, { pinned: true, deleted: true }, { pinned: "true" }, { expiration: "101" }];
    for (const facts of [...gone, null, 5]) expect(isPageKept(facts, 100)).toBe(false);
  });
});

describe("isListedHost", () => {
  it("compares names, ports and what lies below a name", () => {
    const listed = ["figures.example.org", "localhost:81", "*.example.com"];
    const isListed = (url: string) => isListedHost(new URL(url), listed);
    for (const url of ["https://figures.example.org/", "http://FIGURES.example.org:8080/", "http://localhost:81/"])
      expect(isListed(url)).toBe(true);
    expect(isListed("https://a.b.example.com/")).toBe(true);
    for (const url of ["https://example.org/", "http://localhost/", "https://example.com/", "https://evilexample.com/"])
      expect(isListed(url)).toBe(false);
  });
});

describe("the check of results", () => {
  const answers: Readonly<Record<string, readonly [number, string]>> = {
    "/pinned/figpack.json": [200, '{"pinned":true}'],
    "/ahead/figpack.json": [200, `{"expiration":${Date.now() + 3_600_000}}`],
    "/past/figpack.json": [200, '{"expiration":1}'],
    "/deleted/figpack.json": [200, '{"deleted":true,"pinned":true}'],
    "/moved/figpack.json": [302, ""],
    "/text/figpack.json": [200, "no JSON"],
    "/large/figpack.json": [200, `{"pinned":true,"x":"${"x".repeat(70_000)}"}`],
  };
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    const [status, text] = answers[request.url ?? ""] ?? [404, ""];
    response.writeHead(status, { location: "/pinned/figpack.json" }).end(text);
  });
  let base = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());

  const listed = { checkResultUrls: true, resultHosts: ["127.0.0.1"] };
  const pages = (...names: string[]) =>
    JSON.stringify(names.map((name) => ({ figpack_url: `${base}/${name}/index.html` })));

  it("asks the listed hosts", async () => {
    const check = createResultCheck(listed, { isAllowedAddress: () => true });
    expect(await check?.(pages("pinned", "ahead", "pinned"))).toBe(true);
    for (const name of ["past", "deleted", "moved", "text", "large", "missing"]) {
      expect([name, await check?.(pages("pinned", name))]).toEqual([name, false]);
    }
  });

  it("lets results pass that name no page, or one of another host", async () => {
    const check = createResultCheck(listed, { isAllowedAddress: () => true });
    const before = calls;
    for (const output of ["null", "5", '{"a":"https://h/"}', '{"figpack_url":"https://h.example.org/index.html"}']) {
      expect(await check?.(output)).toBe(true);
    }
    expect(await check?.('{"figpack_url":"https://h.example.org/other.html"}')).toBe(false);
    expect(calls).toBe(before);
  });

  it("connects to no private address, though it be listed", async () => {
    const before = calls;
    expect(await createResultCheck(listed)?.(pages("pinned"))).toBe(false);
    expect(calls).toBe(before);
  });

  it("is off unless it is asked for", () => {
    expect(createResultCheck({ checkResultUrls: false, resultHosts: ["127.0.0.1"] })).toBeUndefined();
  });
});
