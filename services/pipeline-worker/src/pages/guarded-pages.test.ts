import { createHttpDouble, type HttpDouble } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPageSource } from "./guarded-pages.js";
import { createPageGuard } from "./page-guard.js";
import { createScraper } from "./scraper.js";

let outside: HttpDouble;
beforeAll(async () => {
  outside = await createHttpDouble(({ path, body }) => {
    if (path === "/page") return { body: "<p>Hello <b>you</b></p>" };
    if (path === "/inward") return { status: 302, headers: { location: "http://10.0.0.1/secret" } };
    if (path === "/elsewhere")
      return { status: 302, headers: { location: `http://localhost:${new URL(outside.url).port}/page` } };
    if (path === "/round") return { status: 302, headers: { location: "/round" } };
    if (path === "/hop") return { status: 301, headers: { location: "/page" } };
    if (path === "/large") return { body: "x".repeat(10_000) };
    if (path === "/slow") return { hang: true };
    if (path === "/scraper/v1/scrape")
      return { body: { success: true, data: { markdown: `seen ${JSON.parse(body).url}` } } };
    return undefined;
  });
});
afterAll(() => outside.close());

const never = new AbortController().signal;
const open = { hosts: ["*"], allow: ["127.0.0.0/8"] };
const pagesOf = (settings: { hosts: readonly string[]; allow: readonly string[] } = open, signal = never) =>
  createPageSource(createPageGuard(settings), undefined, signal);

it("reads pages, and follows redirects between allowed hosts", async () => {
  expect(await pagesOf().fetch(`${outside.url}/page`)).toMatchObject({ status: 200, text: "<p>Hello <b>you</b></p>" });
  expect(await pagesOf().fetch(`${outside.url}/hop`)).toMatchObject({ status: 200, url: `${outside.url}/page` });
  expect(await pagesOf().readText(`${outside.url}/hop`)).toBe("Hello you");
  await expect(pagesOf().readText(`${outside.url}/none`)).rejects.toThrow("answered 404");
});

it("refuses private addresses, also behind a redirect, and hosts that are not allowed", async () => {
  const before = outside.requests.length;
  await expect(pagesOf({ hosts: ["*"], allow: [] }).fetch(`${outside.url}/page`)).rejects.toThrow(
    "may be connected to",
  );
  await expect(pagesOf({ hosts: ["a.test"], allow: [] }).fetch(`${outside.url}/page`)).rejects.toThrow("may be asked");
  await expect(pagesOf({ hosts: ["a.test"], allow: [] }).readText(`${outside.url}/page`)).rejects.toThrow(
    "may be asked",
  );
  expect(outside.requests.length).toBe(before);
  await expect(pagesOf().fetch(`${outside.url}/inward`)).rejects.toThrow("10.0.0.1 is not an address");
  await expect(pagesOf().fetch("not a url")).rejects.toThrow("is not a URL");
});

it("looks at what a name means when it connects, and at every place that it is sent on to", async () => {
  const before = outside.requests.length;
  const byName = outside.url.replace("127.0.0.1", "localhost");
  // The name is on the list; where it leads to is private.
  await expect(pagesOf({ hosts: ["localhost"], allow: [] }).fetch(`${byName}/page`)).rejects.toThrow("connected to");
  expect(outside.requests.length).toBe(before);
  const alone = { hosts: [], allow: ["127.0.0.1"] };
  expect(await pagesOf(alone).fetch(`${outside.url}/page`)).toMatchObject({ status: 200 });
  await expect(pagesOf(alone).fetch(`${outside.url}/elsewhere`)).rejects.toThrow("localhost");
  expect(outside.requests.slice(before).map(({ path }) => path)).toEqual(["/page", "/elsewhere"]);
  await expect(pagesOf(alone).fetch(`${outside.url}/round`)).rejects.toThrow("redirect");
});

it("ends what is too large or too slow, and what is no longer wanted", async () => {
  await expect(pagesOf().fetch(`${outside.url}/large`, { maxBytes: 9_999 })).rejects.toThrow("larger than 9999");
  await expect(pagesOf().fetch(`${outside.url}/slow`, { timeoutMs: 50 })).rejects.toThrow("no answer within 0.05 s");
  const stopped = new AbortController();
  const asked = pagesOf(open, stopped.signal).fetch(`${outside.url}/slow`);
  stopped.abort(new Error("stopped"));
  await expect(asked).rejects.toThrow("stopped");
});

it("tells the scraper to open nothing private", async () => {
  const scraper = (allow: readonly string[]) =>
    createScraper({ url: `${outside.url}/scraper`, apiKey: undefined }, createPageGuard({ hosts: [], allow }), never);
  expect(await scraper([]).markdown("https://acme.test/careers")).toBe("seen https://acme.test/careers");
  expect(await scraper(["127.0.0.1"]).markdown("http://127.0.0.1/")).toBe("seen http://127.0.0.1/");
  for (const address of [
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://localhost/",
    "http://db.internal/",
    "file:///etc/passwd",
    "x",
  ])
    await expect(scraper([]).markdown(address), address).rejects.toThrow("may be asked");
});
