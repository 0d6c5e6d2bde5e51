import type { HttpGateway } from "@switchyard/http-gateway";
import { afterAll, describe, expect, it } from "vitest";
import { startReplica } from "./gateway-replica.js";
import { startTestSystem } from "./test-system.js";
import { dialectFacts, factsOf } from "./walk/dialects.js";
import { type Route, readRoutes } from "./walk/routes.js";
import { pathOf } from "./walk/samples.js";
import { send } from "./walk/send.js";

// Every route of every dialect, for everybody who may come: who is let in, who is turned away, and how.
const system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
const gateways: HttpGateway[] = [];

/** A replica of the gateway with a dialect's settings. */
async function replica(env: Readonly<Record<string, string>>): Promise<string> {
  const gateway = await startReplica(system, env);
  gateways.push(gateway);
  return `http://${gateway.addresses.http}`;
}

const routes = await readRoutes(`http://${system.addresses.http}`);
const served = [...new Set(routes.map(({ dialect }) => dialect))];
// Named here, so that a dialect that nobody has said anything about is a failure and no silence.
for (const dialect of served) factsOf(dialect);

let combinations = 0;
afterAll(async () => {
  console.info(`${combinations} combinations of route and caller`);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await system.stop();
});

for (const facts of dialectFacts.filter(({ dialect }) => served.includes(dialect))) {
  const base = `${await replica(facts.env)}/${facts.dialect}`;
  await facts.prepare?.(base);
  const title = `${facts.dialect}${factsOf(facts.dialect) === facts ? "" : ` with ${Object.keys(facts.env).join(", ")}`}`;
  describe(title, () => {
    it.each(facts.callers.map((caller) => [caller.who, caller] as const))("%s", async (_, { headers, refusal }) => {
      for (const route of routes.filter(({ dialect }) => dialect === facts.dialect)) {
        const name = `${route.method} ${route.path}`;
        const { status, body, text } = await ask(base, route, headers(route));
        combinations += 1;
        const expected = refusal(route);
        if (expected === undefined) expect([name, facts.isRefusal(status, body)]).toEqual([name, false]);
        else expect([name, status, facts.isError(body) || facts.isErrorText?.(text)]).toEqual([name, expected, true]);
      }
    });
  });
}

async function ask(base: string, route: Route, headers: Readonly<Record<string, string>>) {
  const { status, type, text } = await send({
    method: route.method,
    url: `${base}${pathOf(route)}`,
    headers,
    body: route.method === "GET" ? undefined : Buffer.from("{}"),
  });
  const body = type.startsWith("application/json") ? (JSON.parse(text) as Record<string, unknown> | null) : {};
  return { status, text, body: body ?? {} };
}
