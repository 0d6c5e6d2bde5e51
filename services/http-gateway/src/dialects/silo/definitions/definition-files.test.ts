import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDefinitionFiles } from "./definition-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "silo-definitions-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

describe("readDefinitionFiles", () => {
  it("reads one definition a file, and no other files", async () => {
    write("b.yaml", "job:\n  name: thumbnails\n  compute: { type: render, command: thumb, args: { size: 256 } }\n");
    write("a.yml", "job:\n  name: export\n  timeout: 60\n  compute:\n    type: cad\n    command: step\n");
    write("notes.txt", "no definition");
    const found = await readDefinitionFiles(folder);
    expect(found.map(({ name }) => name)).toEqual(["export", "thumbnails"]);
    expect(found[1]?.document.value).toMatchObject({ compute: { args: { size: 256 } } });
  });

  it("names every problem of every file", async () => {
    write("a.yaml", "job: { name: a, compute: { type: t } }\n");
    write("b.yaml", "jobs: {}\n");
    write("c.yaml", "job: { name: c, timeout: soon, compute: { type: t, command: c } }\n");
    write("d.yaml", "job: [\n");
    write("e.yaml", "job: { compute: { type: t, command: c } }\n");
    write("f.yaml", "job: { name: f, compute: { type: t, command: c } }\n");
    write("g.yaml", "job: { name: f, compute: { type: t, command: c } }\n");
    const text = await readDefinitionFiles(folder).then(String, (error: Error) => error.message);
    expect(
      text
        .split("\n")
        .slice(1)
        .filter((line) => /^ {2}\w\.yaml: /.test(line)),
    ).toEqual([
      "  a.yaml: body.compute.command is required",
      "  b.yaml: has no object under the key job",
      expect.stringMatching(/^ {2}c\.yaml: body\.timeout must be integer$/),
      expect.stringMatching(/^ {2}d\.yaml: ./),
      "  e.yaml: body.name is required",
      "  g.yaml: another file defines f too",
    ]);
  });

  it("refuses a folder that is not there", async () => {
    await expect(readDefinitionFiles(join(folder, "none"))).rejects.toThrow("ENOENT");
  });
});
