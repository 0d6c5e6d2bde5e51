import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { isJsonObject, type JsonDocument } from "../../../json/parse-json.js";
import { definitionFileBody } from "../schemas/definition.js";
import { compileValidator } from "../validation.js";
import type { DefinitionBody } from "./definition.js";

/** A definition from a file. */
export interface FileDefinition {
  readonly name: string;
  readonly document: JsonDocument;
}

const check = compileValidator({ schema: definitionFileBody, method: "PUT", url: "", httpPart: "body" });

/**
 * Reads the definitions of a folder: one in each `.yaml` or `.yml` file, below the top-level key `job`.
 *
 * @throws Error that names every problem of every file; nothing is taken from a folder that has one
 */
export async function readDefinitionFiles(folder: string): Promise<FileDefinition[]> {
  const files = (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).sort();
  const found = new Map<string, FileDefinition>();
  const problems: string[] = [];
  for (const file of files) {
    try {
      const definition = definitionFrom(await readFile(join(folder, file), "utf8"));
      if (found.has(definition.name)) throw new Error(`another file defines ${definition.name} too`);
      found.set(definition.name, definition);
    } catch (error) {
      problems.push(`  ${file}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new Error(`the job definitions in ${folder} are not valid:\n${problems.join("\n")}`);
  return [...found.values()];
}

function definitionFrom(text: string): FileDefinition {
  const content = parse(text) as unknown;
  if (!isJsonObject(content) || !isJsonObject(content.job)) throw new Error("has no object under the key job");
  const checked = check(Buffer.from(JSON.stringify(content.job))) as { error: Error } | { value: JsonDocument };
  if ("error" in checked) throw checked.error;
  return { name: (checked.value.value as Required<DefinitionBody>).name, document: checked.value };
}
