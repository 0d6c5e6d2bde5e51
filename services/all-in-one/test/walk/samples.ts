import type { Route, Schema } from "./routes.js";

const someId = "7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11";

/** A small value that fits a schema, as far as a walk needs it: the least of a range, the first of a list, an id of nobody. */
export function sampleOf(schema: Schema): unknown {
  const first = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (first !== undefined) return sampleOf(first);
  if (schema.enum !== undefined) return schema.enum[0];
  switch ([schema.type].flat()[0]) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    case "array":
      return schema.items === undefined ? [] : [sampleOf(schema.items)];
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return textOf(schema);
  }
}

/** The path of a route with parameters filled in; `given` says which text stands for one, as it goes on the wire. */
export function pathOf({ path, parameters }: Route, given: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.in === "path" && one.name === name)?.schema ?? {};
    return given[name] ?? encodeURIComponent(String(sampleOf({ ...schema, type: "string" })));
  });
}

function textOf({ pattern, minLength = 1 }: Schema): string {
  const candidates = [someId, someId.replaceAll("-", "").slice(0, 24), "walk", "1"];
  const fitting = candidates.find((text) => pattern === undefined || new RegExp(pattern, "u").test(text));
  return (fitting ?? "walk").padEnd(minLength, "x");
}
