// Writes the table of values in the chart's README.md from the comments of values.yaml: `npm run chart-readme`; `--check` only says whether it is right.
// A comment directly above a key is its description; a key with keys below it has rows for those instead.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";

const chart = join(import.meta.dirname, "switchyard");
const readme = join(chart, "README.md");
const [begin, end] = ["<!-- values: made by npm run chart-readme -->", "<!-- end of values -->"];

/** One row for each value: its path, default and description. */
function rows(map, path = []) {
  return map.items.flatMap(({ key, value }, index) => {
    // The comment of a map's first key is the parser's comment of the map.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const at = [...path, key.value];
    // A map in braces is one value.
    const parts = isMap(value) && !value.flow && value.items.length > 0;
    const heading = parts && comment !== undefined && path.length === 0 ? [section(comment, at)] : [];
    // Parts without descriptions of their own are Kubernetes' and not ours.
    if (parts && described(value)) return [...heading, ...rows(value, at)];
    if (comment === undefined) throw new Error(`${at.join(".")} has no description`);
    return [row(at, value.toJSON(), comment)];
  });
}

const described = (map) =>
  map.commentBefore !== undefined || map.items.some(({ key }) => key.commentBefore !== undefined);
const plain = (comment) =>
  comment.split("\n\n").at(-1).replace(/^ /gm, "").replaceAll("\n", " ").replaceAll("|", "\\|");
const section = (comment, at) => `| **\`${at.join(".")}\`** | | **${plain(comment)}** |`;
const row = (at, value, comment) =>
  `| \`${at.join(".")}\` | \`${JSON.stringify(value).replaceAll("|", "\\|")}\` | ${plain(comment)} |`;

const document = parseDocument(readFileSync(join(chart, "values.yaml"), "utf8"));
const table = ["| value | default | |", "| --- | --- | --- |", ...rows(document.contents)].join("\n");
const text = readFileSync(readme, "utf8");
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`README.md needs the lines ${begin} and ${end}`);
const updated = `${before}${begin}\n\n${table}\n\n${end}${after}`;

if (process.argv.includes("--check")) {
  if (updated !== text) {
    console.error("the chart's README.md is not up to date: npm run chart-readme");
    process.exitCode = 1;
  }
} else writeFileSync(readme, updated);
