import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { startTestSystem } from "./test-system.js";
import { type BadRequest, badRequests, takesBody } from "./walk/bad-requests.js";
import { dialectFacts, factsOf } from "./walk/dialects.js";
import { type Route, readRoutes, routeName } from "./walk/routes.js";
import { pathOf } from "./walk/samples.js";
import { send, type WalkAnswer } from "./walk/send.js";

// Routes of every dialect, as the OpenAPI documents name them, get what they do not expect. `npm run test:bad-input` sends
// more of it, and to all of them. The same every time, unless BAD_INPUT_SEED or BAD_INPUTS say otherwise.
const numRuns = Number(process.env["BAD_INPUTS"] ?? 1);
const fixedSeed = process.env["BAD_INPUTS"] === undefined ? "1" : undefined;
const seed = Number(process.env["BAD_INPUT_SEED"] ?? fixedSeed ?? Date.now() % 2 ** 31);

const settings = dialectFacts.filter((facts) => factsOf(facts.dialect) === facts).map(({ env }) => env);
const system = await startTestSystem(
  Object.assign({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" }, ...settings) as Record<string, string>,
);
const http = `http://${system.addresses.http}`;
const client = system.openClient();
const routes = await readRoutes(http);
/** Every third one, where nobody asks for more. */
const visited = routes.filter((_, index) => process.env["BAD_INPUTS"] !== undefined || index % 3 === 0);
const dialects = [...new Set(routes.map(({ dialect }) => dialect))];
for (const dialect of dialects) await factsOf(dialect).prepare?.(`${http}/${dialect}`);

afterAll(async () => {
  client.close();
  await system.stop();
});

const call = (route: Route, { method, path, headers, body }: Omit<BadRequest, "fault">) => {
  const credentials = factsOf(route.dialect).headers(route);
  return send({ method, url: `${http}/${route.dialect}${path}`, headers: { ...headers, ...credentials }, body });
};

/** How much there is; each dialect has a namespace of its name. */
async function stored(namespace: string): Promise<string> {
  const [{ total: jobs }, { total: runners }] = await Promise.all([
    client.jobs.listJobs({ namespace, wantTotal: true, pageSize: 1 }),
    client.fleet.listRunners({ namespace, pageSize: 1 }),
  ]);
  return `${jobs} jobs, ${runners} runners`;
}

const leaves = (route: Route) => factsOf(route.dialect).worksByJob?.(route) ?? false;

function checkAnswer(route: Route, method: string, { status, type, text }: WalkAnswer): void {
  const { isError, isErrorText, isToldFault = () => false, mayFail } = factsOf(route.dialect);
  expect(status).toBeGreaterThanOrEqual(200);
  if (mayFail?.(status, text)) return;
  if (type.startsWith("text/plain") && isErrorText?.(text)) {
    expect(status).toBeLessThan(500);
    return;
  }
  const body = (status < 400 || method === "HEAD" ? {} : JSON.parse(text)) as Record<string, unknown>;
  if (!isToldFault(route, body)) expect(status, text.slice(0, 500)).toBeLessThan(500);
  if (status < 400 || method === "HEAD") return;
  expect(type).toMatch(/^application\/json/);
  expect(isError(body), text.slice(0, 500)).toBe(true);
}

it("there are documents, with routes in them", () => {
  expect(dialects).toContain("task-executor");
  for (const dialect of dialects) expect(routes.filter((route) => route.dialect === dialect).length).toBeGreaterThan(5);
});

describe("bad input is refused in the dialect's words, and leaves nothing behind", () => {
  it.each(visited.map((route) => [routeName(route), route] as const))(
    "%s",
    async (_, route) => {
      let before = await stored(route.dialect);
      const property = fc.asyncProperty(badRequests(route), async (bad) => {
        const answer = await call(route, bad);
        checkAnswer(route, bad.method, answer);
        const after = await stored(route.dialect);
        const isRefusal = answer.status >= 400 && !factsOf(route.dialect).mayFail?.(answer.status, answer.text);
        if (isRefusal && !leaves(route)) expect(after).toBe(before);
        before = after;
      });
      await fc.assert(property, { numRuns, seed });
    },
    30_000 + numRuns * 500,
  );
});

describe("a body that is much too large is read to its end and refused", () => {
  const large = Buffer.concat([Buffer.from('{"x":"'), Buffer.alloc(11 * 1024 ** 2, "y"), Buffer.from('"}')]);
  it.each(visited.filter(takesBody).map((route) => [routeName(route), route] as const))("%s", async (_, route) => {
    const before = await stored(route.dialect);
    const headers = { "content-type": "application/json" };
    const answer = await call(route, { method: route.method, path: pathOf(route), headers, body: large });
    checkAnswer(route, route.method, answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await stored(route.dialect)).toBe(before);
  });
});

it("the system works as before", async () => {
  const problem_id = "after-the-walk";
  const body = Buffer.from(JSON.stringify({ problem_id }));
  const answer = await send({ method: "POST", url: `${http}/task-executor/api/v1/tasks`, headers: {}, body });
  expect(answer.status).toBe(201);
  const health = await send({ method: "GET", url: `${http}/task-executor/health`, headers: {}, body: undefined });
  expect(health.status).toBe(200);
});
