import { create } from "@bufbuild/protobuf";
import { RunnerProfileSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { expect, it } from "vitest";
import { CreditBook } from "./credit-book.js";

const profile = create(RunnerProfileSchema, { labels: { a: "1" } });
const wish = (wanted: number, own = profile) => ({ namespace: "ns", runnerId: "r1", profile: own, wanted });
const credits = (book: CreditBook) => book.take(false).map(({ credit }) => credit);

it("states credit as granted and wanted together, and nothing twice", () => {
  const book = new CreditBook();
  book.set(wish(2));
  expect(book.take(false)).toEqual([{ namespace: "ns", runnerId: "r1", credit: 2n, profile }]);
  book.set(wish(2));
  expect(book.hasNews).toBe(false);
});

it("has no news when a grant and the smaller wish that follows cancel out", () => {
  const book = new CreditBook();
  book.set(wish(2));
  book.take(false);
  book.grant("ns", "r1", 1);
  book.set(wish(1));
  expect(book.hasNews).toBe(false);
  book.set(wish(2));
  expect(credits(book)).toEqual([3n]);
});

it("takes a wish back to what was granted", () => {
  const book = new CreditBook();
  book.set(wish(2));
  book.take(false);
  book.grant("ns", "r1", 1);
  book.set(wish(0));
  expect(credits(book)).toEqual([1n]);
});

it("says a profile again only when it changed, or in full", () => {
  const book = new CreditBook();
  book.set(wish(1));
  book.take(false);
  book.set(wish(2));
  expect(book.take(false)[0]).not.toHaveProperty("profile");
  const other = create(RunnerProfileSchema);
  book.set(wish(2, other));
  expect(book.take(false)[0]?.profile).toBe(other);
  expect(book.take(true)[0]?.profile).toBe(other);
});

it("does not know a runner that never wanted anything", () => {
  const book = new CreditBook();
  book.set(wish(0));
  book.grant("ns", "r1", 1);
  expect([book.size, book.hasNews]).toEqual([0, false]);
});
