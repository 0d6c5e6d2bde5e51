import { expect, it } from "vitest";
import { indeedCountry } from "./countries.js";
import { mentionsTerm } from "./mentions-term.js";

it.each([
  ["CTO", ["cto"], true],
  ["Director of Engineering", ["cto"], false],
  ["Senior Tech Lead (Remote)", ["tech lead"], true],
  ["Tech-Lead", ["tech lead"], true],
  ["Technical Leader", ["tech lead"], false],
  ["C++ Engineer", ["c++ engineer"], true],
  ["Anything", [], true],
])("%s mentions one of %j: %s", (title, terms, expected) => {
  expect(mentionsTerm(title, terms)).toBe(expected);
});

it.each([
  ["USA", { code: "US", host: "www" }],
  ["UK", { code: "GB", host: "uk" }],
  ["Saudi Arabia", { code: "SA", host: "sa" }],
  ["AE", { code: "AE", host: "ae" }],
  ["Atlantis", { code: "US", host: "www" }],
])("knows the country %s", (name, country) => {
  expect(indeedCountry(name)).toEqual(country);
});
