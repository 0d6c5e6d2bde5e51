import { expect, it } from "vitest";
import { cvMarkdown } from "./cv-markdown.js";

it("writes candidate, contact, summary and roles in their order", () => {
  const text = cvMarkdown({
    metadata: {
      candidate: {
        name: "Ada L",
        title_base: "CTO",
        summary: "Builds.",
        contact: { email: "a@x.org", location: "Turin" },
      },
      roles: [{ id: "r2", title: "CTO", company: "Acme", period: "2020-2024" }, { id: "r1" }],
    },
    taxonomy: undefined,
    roles: [
      { role_id: "r1", markdown_content: "- first\n" },
      { role_id: "r0", markdown_content: "- unlisted" },
    ],
  });
  expect(text).toBe(
    "# Ada L\n\nCTO\n\na@x.org | Turin\n\nBuilds.\n\n## CTO, Acme (2020-2024)\n\n## r1\n\n- first\n\n## r0\n\n- unlisted\n",
  );
});

it("writes a title for an empty one", () => {
  expect(cvMarkdown({ metadata: undefined, taxonomy: undefined, roles: [] })).toBe("# Master CV\n");
});
