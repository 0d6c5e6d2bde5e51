import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fastify, type FastifyInstance, type HTTPMethods, type RouteOptions } from "fastify";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { DialectDeps } from "../../../dialect.js";
import { loadHttpGatewayConfig } from "../../../config.js";

import type { PipelineContext } from "../context.js";
import { createPipelineDialect } from "../plugin.js";
import { compileValidator } from "../validation.js";

// What clients were promised is served, and seen to work: each row of `promises.yaml` has a route and a case, and each route a
// row. ACCEPTANCE.md is the table of it; `npx vitest run acceptance -u` writes it anew.

interface Row {
  readonly row: string;
  readonly does: string;
  /** Test files of services/all-in-one that see it succeed, where no case does. */
  readonly tests?: readonly string[];
  /** The inventory's own name, which the old service did not have. */
  readonly alias?: boolean;
}
interface Group {
  readonly group: string;
  readonly prefix?: string;
  readonly rows: readonly Row[];
}
interface Step {
  readonly do: string;
  readonly status: number;
}

const here = (path: string) => new URL(path, import.meta.url);
const read = (path: string) => readFileSync(here(path), "utf8");
const groups = parse(read("promises.yaml")) as readonly Group[];
const promised = groups.flatMap(({ prefix = "", rows }) =>
  rows.map((row) => ({ ...row, endpoint: row.row.replace(" ", ` ${prefix}`) })),
);

/** The endpoints of an instance, as `METHOD /path/{parameter}`. */
async function endpointsOf(set: (app: FastifyInstance) => unknown): Promise<string[]> {
  const app = fastify();
  app.setValidatorCompiler(compileValidator);
  const found: string[] = [];
  app.addHook("onRoute", ({ method, url }: RouteOptions) => {
    const methods = ([method].flat() as HTTPMethods[]).filter((name) => !["HEAD", "OPTIONS"].includes(name));
    for (const name of methods) found.push(`${name} ${url.replace(/:(\w+)/g, "{$1}")}`);
  });
  await set(app);
  await app.ready();
  await app.close();
  return found;
}

const config = loadHttpGatewayConfig({}).dialects.pipeline;
const served = await endpointsOf((app) => {
  const deps = { core: {}, version: "test", stopping: new AbortController().signal } as unknown as DialectDeps;
  return createPipelineDialect(deps, config).plugin(app, {});
});

/** The file of `routes/` that serves each endpoint. */
const files = new Map<string, string>();
for (const name of readdirSync(here("../routes/")).filter((file) => !file.includes(".test."))) {
  const exported = (await import(here(`../routes/${name}`).href)) as Readonly<Record<string, unknown>>;
  const context = { config, access: {}, core: {}, feeds: {} } as unknown as PipelineContext;
  const [register] = Object.entries(exported).flatMap(([key, value]) => (key.endsWith("Routes") ? [value] : []));
  const set = register as (app: FastifyInstance, context: PipelineContext) => void;
  for (const endpoint of await endpointsOf((app) => set(app, context))) files.set(endpoint, name);
}

/** The endpoint that a request reaches: the one with the fewest parameters, as the router has it. */
function endpointOf(request: string): string | undefined {
  const path = request.replace(/\?.*$/, "").replace(/\$\{[^}]*\}/g, "x");
  const parameters = (endpoint: string) => endpoint.split("{").length;
  const fitting = served.filter((endpoint) => new RegExp(`^${endpoint.replace(/\{\w+\}/g, "[^/]+")}$`).test(path));
  return fitting.sort((one, other) => parameters(one) - parameters(other))[0];
}

/** The files of cases by endpoint, with the statuses that their steps want. Who is turned away has not reached it. */
const cases = new Map<string, Map<string, Set<number>>>();
for (const file of readdirSync(here("../cases/")).sort()) {
  const told = parse(read(`../cases/${file}`), { merge: true }) as readonly { readonly steps: readonly Step[] }[];
  for (const step of told.flatMap(({ steps }) => steps)) {
    const endpoint = endpointOf(step.do);
    if (endpoint === undefined || step.status === 401) continue;
    const of = cases.get(endpoint) ?? new Map<string, Set<number>>();
    const name = file.replace(".yaml", "");
    cases.set(endpoint, of.set(name, (of.get(name) ?? new Set()).add(step.status)));
  }
}

const systemTests = (name: string) => here(`../../../../../all-in-one/test/${name}.test.ts`);

/** Whether a test of the whole system calls an endpoint: its path is in the text, with something in each parameter's place. */
function calls(name: string, endpoint: string): boolean {
  const path = (endpoint.split(" ")[1] ?? "").replace(/\{\w+\}/g, "(?:\\$\\{[^}]+\\}|[\\w.-]+)");
  return existsSync(systemTests(name)) && new RegExp(`${path}["\`?]`).test(readFileSync(systemTests(name), "utf8"));
}

describe.each(promised)("$endpoint", ({ endpoint, tests = [] }) => {
  it("is served", () => {
    expect(served).toContain(endpoint);
    expect(files.has(endpoint)).toBe(true);
  });

  it("has a case, and is seen to succeed", () => {
    const statuses = [...(cases.get(endpoint)?.values() ?? [])].flatMap((each) => [...each]);
    expect(statuses).not.toEqual([]);
    expect(tests.filter((name) => !calls(name, endpoint))).toEqual([]);
    expect(tests.length > 0 || statuses.some((status) => status < 300)).toBe(true);
  });
});

it("serves nothing that nobody was promised, and promises nothing twice", () => {
  expect([...served].sort()).toEqual(promised.map(({ endpoint }) => endpoint).sort());
  const rowsOf = (name: string) => groups.filter(({ group }) => group.startsWith(name)).flatMap(({ rows }) => rows);
  expect(rowsOf("Inventory")).toHaveLength(75);
  expect(rowsOf("Contract 9.")).toHaveLength(24);
  expect(rowsOf("Inventory").filter(({ alias }) => alias === true)).toHaveLength(11);
});

it("has its table", async () => {
  const tables = groups.map(({ group, prefix = "", rows }) => {
    const lines = rows.map(({ row, does, alias, tests = [] }) => {
      const endpoint = row.replace(" ", ` ${prefix}`);
      const told = [...(cases.get(endpoint) ?? [])].map(
        ([file, statuses]) => `${file} (${[...statuses].sort().join(", ")})`,
      );
      return `| \`${endpoint}\` | ${does}${alias === true ? " (contract 10)" : ""} | ${files.get(endpoint)} | ${[...told, ...tests.map((name) => `${name}.test.ts`)].join("; ")} |`;
    });
    return `## ${group}\n\n| endpoint | does | routes/ | cases (statuses), tests |\n| --- | --- | --- | --- |\n${lines.join("\n")}\n`;
  });
  const head = "# Acceptance\n\nWritten by `acceptance.test.ts` from `promises.yaml`, the routes and the cases.\n";
  await expect([head, ...tables].join("\n")).toMatchFileSnapshot("ACCEPTANCE.md");
});
