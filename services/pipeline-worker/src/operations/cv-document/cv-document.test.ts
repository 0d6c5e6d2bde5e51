import { describe, expect, it } from "vitest";
import { newEditorState, readEditorState, usualStyles } from "./editor-state.js";
import { linkAddress, printable } from "./flow.js";
import { flowOfHtml } from "./flow-of-html.js";
import { flowOfTipTap } from "./flow-of-tiptap.js";
import { htmlOfFlow } from "./html-of-flow.js";
import { markdownOfFlow } from "./markdown-of-flow.js";
import { tipTapOfMarkdown } from "./tiptap-of-markdown.js";

const markdown = `# Kim Example

**Lead** of *two **large*** teams

## Experience

### Team Lead, Acme

- Led **six** engineers
- Cut 2 * 3 hours

1. first
2. second

---

Plain end
`;

describe("Markdown", () => {
  it("becomes TipTap", () => {
    expect(tipTapOfMarkdown("## A **b** *c*\n\n- x\n- y").content).toEqual([
      {
        type: "heading",
        attrs: { level: 2 },
        content: [
          { type: "text", text: "A " },
          { type: "text", text: "b", marks: [{ type: "bold" }] },
          { type: "text", text: " " },
          { type: "text", text: "c", marks: [{ type: "italic" }] },
        ],
      },
      {
        type: "bulletList",
        content: ["x", "y"].map((text) => ({
          type: "listItem",
          content: [{ type: "paragraph", content: [{ type: "text", text }] }],
        })),
      },
    ]);
  });

  it("comes back as it was", () => {
    const plain = markdown.replace("*two **large*** teams", "two teams");
    expect(markdownOfFlow(flowOfTipTap(tipTapOfMarkdown(plain)))).toBe(plain);
  });

  it("leaves stars alone that set nothing", () => {
    expect(tipTapOfMarkdown("2 * 3 * 4").content[0]?.content).toEqual([{ type: "text", text: "2 * 3 * 4" }]);
  });
});

describe("a TipTap document", () => {
  it("is looked into, whatever its nodes are called", () => {
    const flow = flowOfTipTap({
      type: "doc",
      content: [
        {
          type: "callout",
          content: [
            {
              type: "paragraph",
              content: [{ type: "text", text: "a" }, { type: "hardBreak" }, { type: "text", text: "b" }],
            },
          ],
        },
        {
          type: "orderedList",
          content: [
            {
              type: "listItem",
              content: [
                { type: "paragraph", content: [{ type: "text", text: "c" }] },
                {
                  type: "bulletList",
                  content: [
                    { type: "listItem", content: [{ type: "paragraph", content: [{ type: "text", text: "d" }] }] },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(flow).toEqual([
      { kind: "paragraph", runs: [{ text: "a" }, { text: "\n" }, { text: "b" }] },
      { kind: "item", depth: 0, label: "1.", runs: [{ text: "c" }] },
      { kind: "item", depth: 1, label: "\u2022", runs: [{ text: "d" }] },
    ]);
  });

  it("makes links of addresses of the web and of mail alone", () => {
    const linked = (href: string) =>
      flowOfTipTap({
        type: "doc",
        content: [
          { type: "paragraph", content: [{ type: "text", text: "x", marks: [{ type: "link", attrs: { href } }] }] },
        ],
      });
    expect(linked("https://example.org/a")).toEqual([
      { kind: "paragraph", runs: [{ text: "x", href: "https://example.org/a" }] },
    ]);
    expect(linked("javascript:alert(1)")).toEqual([{ kind: "paragraph", runs: [{ text: "x" }] }]);
    expect(linkAddress("data:text/html,x")).toBeUndefined();
    expect(linkAddress("mailto:a@example.org")).toBe("mailto:a@example.org");
  });

  it("loses what no file may hold", () => {
    expect(printable("a\u0000b\u001Bc\td\uFFFE\uD800")).toBe("abc\td\uFFFD");
  });
});

describe("HTML", () => {
  it("is escaped when it is written", () => {
    const html = htmlOfFlow(
      [
        { kind: "heading", level: 1, runs: [{ text: "<b>Kim</b>" }] },
        {
          kind: "item",
          depth: 0,
          label: "\u2022",
          runs: [{ text: "a & b", bold: true, href: 'https://example.org/"x' }],
        },
        { kind: "item", depth: 0, label: "\u2022", runs: [{ text: "c" }] },
      ],
      "</title><script>",
    );
    expect(html).toContain("<title>&lt;/title&gt;&lt;script&gt;</title>");
    expect(html).toContain("<h1>&lt;b&gt;Kim&lt;/b&gt;</h1>");
    expect(html).toContain(
      '<a href="https://example.org/&quot;x" rel="noopener noreferrer"><strong>a &amp; b</strong></a>',
    );
    expect(html.match(/<ul>/g)).toHaveLength(1);
  });

  it("is read for its words", () => {
    const page = `<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
      <script>alert(1)</script><h2>Kim <em>Example</em></h2><div>One<br>two <b>bold</b></div>
      <ul><li><p>first</p><ol><li>deep</li></ol></li><li>second</li></ul><hr>
      <table><tr><td>a</td><td>b</td></tr></table><a href="javascript:alert(1)">no</a></body></html>`;
    expect(flowOfHtml(page)).toEqual([
      { kind: "heading", level: 2, runs: [{ text: "Kim " }, { text: "Example", italic: true }] },
      { kind: "paragraph", runs: [{ text: "One" }, { text: "\n" }, { text: "two " }, { text: "bold", bold: true }] },
      { kind: "item", depth: 0, label: "\u2022", runs: [{ text: "first" }] },
      { kind: "item", depth: 1, label: "1.", runs: [{ text: "deep" }] },
      { kind: "item", depth: 0, label: "\u2022", runs: [{ text: "second" }] },
      { kind: "rule" },
      { kind: "paragraph", runs: [{ text: "a" }, { text: " | " }, { text: "b" }] },
      { kind: "paragraph", runs: [{ text: "no" }] },
    ]);
  });
});

describe("the state of an editor", () => {
  const content = tipTapOfMarkdown("text");

  it("is read with bounds", () => {
    const styles = { fontSize: 500, lineHeight: "x", margins: { top: -1, left: 2 }, pageSize: "A4" };
    expect(readEditorState({ content, documentStyles: styles })?.documentStyles).toEqual({
      ...usualStyles,
      fontSize: 36,
      margins: { top: 0, right: 1, bottom: 1, left: 2 },
      pageSize: "a4",
    });
  });

  it("is none without a document", () => {
    expect(readEditorState({ content: { type: "doc" } })).toBeUndefined();
    expect(readEditorState({ content: "x" })).toBeUndefined();
    expect(readEditorState(newEditorState(content))).toEqual(newEditorState(content));
  });
});
