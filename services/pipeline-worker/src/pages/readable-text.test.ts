import { expect, it } from "vitest";
import { readableText } from "./readable-text.js";

it("reads what a page shows, a line for each block", () => {
  const html = `<html><head><title>No</title></head><body><h1>Staff  Engineer</h1><script>no()</script>
    <div>Acme &amp; Co<br>Remote</div><ul><li>Build</li><li>Run <b>it</b></li></ul><style>p{}</style></body></html>`;
  expect(readableText(html)).toBe("Staff Engineer\nAcme & Co\nRemote\n- Build\n- Run it");
});

it("reads nothing where nothing is", () => {
  expect(readableText("")).toBe("");
});
