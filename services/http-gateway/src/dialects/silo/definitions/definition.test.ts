import { describe, expect, it } from "vitest";
import { definitionText, readDefinition, readSnapshot } from "./definition.js";

const textOf = (text: string, name = "d") => definitionText(name, { text, value: JSON.parse(text) });

describe("definitionText", () => {
  it("fills every default in", () => {
    expect(JSON.parse(textOf('{"compute":{"type":"t","command":"c"}}'))).toEqual({
      ...{ name: "d", description: "", trigger: { type: "manual", filter: {} }, scope: { type: "none" } },
      ...{ compute: { type: "t", command: "c", args: {} }, runner: { tags: [] } },
      ...{ timeout: 600, max_retries: 1, priority: 100, enabled: true },
    });
  });

  it("keeps arguments and filters word for word, and nothing that it does not know", () => {
    const text =
      '{"x":1,"trigger":{"type":"bom_changed","filter":{ "n":1.0 }},"compute":{"args":{"big":12345678901234567890},"type":"t","command":"c"},"enabled":false}';
    expect(textOf(text)).toBe(
      '{"name":"d","description":"","trigger":{"type":"bom_changed","filter":{ "n":1.0 }},"scope":{"type":"none"},' +
        '"compute":{"type":"t","command":"c","args":{"big":12345678901234567890}},"runner":{"tags":[]},' +
        '"timeout":600,"max_retries":1,"priority":100,"enabled":false}',
    );
  });
});

describe("readDefinition", () => {
  it("shows the version behind the name", () => {
    const definition = readDefinition(textOf('{"compute":{"type":"t","command":"c","args":{"a":1.0}}}'), 7);
    expect(definition.view.text).toContain('{"name":"d","version":7,"description":""');
    expect(definition).toMatchObject({ version: 7, maxRetries: 1, args: { text: '{"a":1.0}' }, tags: [] });
    expect(readSnapshot(definition.view.text)).toMatchObject({ name: "d", version: 7, tags: [] });
  });
});

describe("readSnapshot", () => {
  it.each(["{}", "[]", "x", '{"name":"d"}', '{"name":1,"version":1}'])("finds none in %s", (text) => {
    expect(readSnapshot(text)).toBeUndefined();
  });
});
