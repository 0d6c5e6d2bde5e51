import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { programNames } from "../../test/service-environment.js";
import { programs } from "../programs.mjs";
import { runNode } from "../../test/run-node.js";

const folder = join(import.meta.dirname, "..");
const root = join(folder, "../..");
const entry = join(folder, "entry.mjs");

describe("the entry program", () => {
  test("knows every service that has a main, and the migration", () => {
    const services = readdirSync(join(root, "services")).filter((name) =>
      existsSync(join(root, "services", name, "src/main.ts")),
    );
    expect(Object.keys(programs).sort()).toEqual([...services, "migrate"].sort());
    for (const service of services) expect(programs[service]).toBe(`services/${service}/dist/main.js`);
    expect(Object.keys(programs)).toEqual(expect.arrayContaining([...programNames]));
  });

  test.each<[string, string[], Record<string, string>]>([
    ["a name that is none", ["nothing"], {}],
    ["a name of every object", ["toString"], {}],
    ["no name at all", [], {}],
    ["a name too many", ["catalog", "runner"], {}],
    ["SERVICE that is none", [], { SERVICE: "nothing" }],
  ])("refuses %s", async (_, args, env) => {
    const { code, output } = await runNode([entry, ...args], env);
    expect(code).toBe(64);
    expect(output).toContain("usage: entry.mjs scheduler | ");
  });
});

describe("the image", () => {
  const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");

  test("has a fixed base, a user by number, and the entry program", () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "/app/deploy/docker/entry.mjs"]');
  });

  test("is built from files that are there and that the builder gets", () => {
    const given = readFileSync(join(root, ".dockerignore"), "utf8").match(/(?<=^!).+$/gm) ?? [];
    for (const path of given) expect(existsSync(join(root, path)), path).toBe(true);
    expect(given).toEqual(
      expect.arrayContaining(["package.json", "package-lock.json", ".npmrc", "libs", "services", "deploy/docker"]),
    );
  });
});
