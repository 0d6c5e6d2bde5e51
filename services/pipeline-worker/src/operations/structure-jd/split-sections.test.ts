import { describe, expect, it } from "vitest";
import { headerOf } from "./header-line.js";
import { processedJd } from "./processed-jd.js";
import { sectionTypeOf } from "./section-type.js";
import { splitItems } from "./split-items.js";
import { splitSections } from "./split-sections.js";

describe("a header", () => {
  it.each([
    ["What You'll Do", "What You'll Do"],
    ["## Qualifications", "Qualifications"],
    ["**Requirements:**", "Requirements"],
    ["## **Requirements**", "Requirements"],
    [`${"#".repeat(50)}!`, undefined],
    ["1. Skills & Tools:", "Skills & Tools"],
    ["  RESPONSIBILITIES  ", "RESPONSIBILITIES"],
    ["Über uns", "Über uns"],
    ["- Python", undefined],
    ["* Python", undefined],
    ["Five years, or more", undefined],
    ["Team of 6", undefined],
    ["a ".repeat(30), "a ".repeat(30).trim()],
    ["a".repeat(60), undefined],
    ["", undefined],
  ])("of %j is %j", (line, expected) => {
    expect(headerOf(line)).toBe(expected);
  });
});

it.each([
  ["Key Responsibilities", "responsibilities"],
  ["What you\u2019ll do", "responsibilities"],
  ["The role", "responsibilities"],
  ["About the role", "about_role"],
  ["Requirements", "qualifications"],
  ["Must have", "qualifications"],
  ["Required skills", "qualifications"],
  ["Preferred", "nice_to_have"],
  ["It's a plus", "nice_to_have"],
  ["Technical skills", "technical_skills"],
  ["What we offer", "benefits"],
  ["About us", "about_company"],
  ["Experience", "experience"],
  ["Education", "education"],
  ["How to apply", "other"],
])("%s is about %s", (header, expected) => {
  expect(sectionTypeOf(header)).toBe(expected);
});

it.each([
  ["- one\n* two\n\u2022 three\nand more text here", ["one", "two", "three"]],
  ["1. one\n2) two\nand more text here", ["one", "two"]],
  ["short\nlong enough line\n  0123456789  \n 01234567890", ["long enough line", "01234567890"]],
])("splits %j", (content, expected) => {
  expect(splitItems(content)).toEqual(expected);
});

describe("sections", () => {
  it("begin with what stands before any header", () => {
    const text = "We plan wind farms.\n\nRequirements:\n- Python\n";
    expect(splitSections(text)).toEqual([
      expect.objectContaining({
        section_type: "about_role",
        header: "About the Role",
        char_start: 0,
        char_end: 21,
        index: 0,
      }),
      expect.objectContaining({
        section_type: "qualifications",
        items: ["Python"],
        char_start: 21,
        char_end: text.length,
        index: 1,
      }),
    ]);
  });

  it("are one where there is no header", () => {
    const text = "Python, please. Nothing else!";
    const [section, ...others] = splitSections(text);
    expect(section).toMatchObject({ section_type: "other", header: "Job Description", char_end: text.length });
    expect(others).toEqual([]);
    expect(splitSections("")).toEqual([
      expect.objectContaining({ section_type: "other", header: "Job Description", items: [] }),
    ]);
  });

  it("take lines in the shape of a header as entries of a list without bullets", () => {
    const [section] = splitSections("Tech stack\nPython\nAmazon Web Services\nBenefits\n- Tea");
    expect(section).toMatchObject({ section_type: "technical_skills", content: "Python\nAmazon Web Services" });
  });

  it("become HTML in which nothing of the text is markup", () => {
    const { html, content_hash, section_ids } = processedJd(
      "Benefits\n- <img src=x onerror=alert(1)> & 'tea'",
      splitSections("Benefits\n- <img src=x onerror=alert(1)> & 'tea'"),
    );
    expect(html).toMatch(
      /^<div class="jd-processed">\n<section id="jd-section-benefits-0" data-section-type="benefits"/,
    );
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt; &amp; &#39;tea&#39;</li>");
    expect(html).not.toContain("<img");
    expect(section_ids).toEqual(["benefits"]);
    expect(content_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(processedJd("abc", []).content_hash).toBe("900150983cd24fb0d6963f7d28e17f72");
  });
});
