import { expect, it } from "vitest";
import { starText } from "../candidate/stars.js";
import { wordCount } from "./cv-markdown.js";
import { wholeCv } from "./improve.js";

const before = "# Kim\n\n## Profile\n\nLeads teams that plan wind farms.\n";

it.each([
  ["a better one", before.replace("plan", "really plan"), before.replace("plan", "really plan")],
  ["one in a fence", `\`\`\`markdown\n${before}\`\`\``, before],
  ["one without a heading", before.replace("## Profile\n\n", ""), undefined],
  ["half of one", "# Kim\n\n## Profile\n\nLeads.", undefined],
  ["words before it", `Here it is:\n${before}`, undefined],
])("an improvement is taken for a whole CV if it is: %s", (_, answer, expected) => {
  expect(wholeCv(answer, before)).toBe(expected);
});

it.each([
  ["One two - three | 4\n## five", 5],
  ["", 0],
])("%j has %d words", (text, expected) => {
  expect(wordCount(text)).toBe(expected);
});

it("tells an achievement by its texts", () => {
  expect(starText({ _id: "x", situation: "Slow", actions: ["Measured", "Cached"], year: 2020 })).toBe(
    "situation: Slow\nactions: Measured; Cached",
  );
});
