import { expect, it } from "vitest";
import { nextRequest, type PlainRequest } from "./redirect.js";

const post: PlainRequest = {
  url: new URL("https://a.example/one"),
  method: "POST",
  headers: { Authorization: "Bearer x", "content-type": "text/plain", accept: "*/*" },
  body: "question",
};
const to = (status: number, location?: string) =>
  nextRequest(post, { status, headers: location === undefined ? {} : { location } });

it("takes only redirects with a place for redirects", () => {
  expect(to(200, "/two")).toBeUndefined();
  expect(to(302)).toBeUndefined();
  expect(to(304, "/two")).toBeUndefined();
});

it("turns a POST into a GET, or repeats it", () => {
  expect(to(303, "/two")).toEqual({
    url: new URL("https://a.example/two"),
    method: "GET",
    headers: { Authorization: "Bearer x", accept: "*/*" },
    body: undefined,
  });
  expect(to(307, "two")).toEqual({ ...post, url: new URL("https://a.example/two") });
});

it.each(["https://b.example/", "http://a.example/one", "https://a.example:8443/one"])(
  "shows no credentials to another origin: %s",
  (location) => {
    expect(to(308, location)?.headers).toEqual({ "content-type": "text/plain", accept: "*/*" });
  },
);
