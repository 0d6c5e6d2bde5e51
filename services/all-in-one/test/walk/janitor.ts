import type { Caller, DialectFacts } from "./facts.js";
import type { Route } from "./routes.js";

const adminToken = "walking-operator";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString("base64")}` });
const worker = basic("walker:secret");

const open = new Set([
  ...["/", "/health", "/health/live", "/health/ready", "/ready"],
  ...["/metrics", "/queue/stats", "/watchdog/health"],
]);

const isWorkers = ({ path }: Route) => path.startsWith("/runner/");

/** Who is turned away where. @param guarded whether the operator has set a token */
function callers(guarded: boolean): Caller[] {
  const stranger = (who: string, headers: Readonly<Record<string, string>>): Caller => ({
    who,
    headers: () => headers,
    refusal: (route) => (isWorkers(route) || (guarded && !open.has(route.path)) ? 401 : undefined),
  });
  const operator: Caller = {
    who: "the operator",
    headers: () => bearer(adminToken),
    refusal: (route) => (isWorkers(route) ? 401 : undefined),
  };
  const loggedIn: Caller = {
    who: "a worker",
    headers: () => worker,
    refusal: (route) => (guarded && !isWorkers(route) && !open.has(route.path) ? 401 : undefined),
  };
  return [
    stranger("nobody", {}),
    stranger("a wrong token", bearer("nobody")),
    stranger("a wrong password", basic("walker:wrong")),
    stranger("a malformed header", { authorization: "Basic" }),
    operator,
    loggedIn,
  ];
}

function facts(guarded: boolean): DialectFacts {
  return {
    dialect: "janitor",
    env: guarded ? { JANITOR_ADMIN_TOKEN: adminToken } : {},
    async prepare(base) {
      const body = JSON.stringify({ name: "walker", password: "secret" });
      await fetch(`${base}/admin/workers`, { method: "POST", headers: bearer(adminToken), body });
    },
    headers: (route) => (isWorkers(route) ? worker : bearer(adminToken)),
    isError: ({ reason, error, message }) => [reason, error, message].some((one) => typeof one === "string"),
    isErrorText: (text) => /^(?:worker login required|No such |Invalid filename )/.test(text),
    mayFail: (status, text) => status === 503 && text === '{"reason":"queue empty"}',
    isRefusal: (status) => status === 401,
    callers: callers(guarded),
  };
}

/** Janitor: open but for its workers' side. */
export const janitor = facts(false);

/** The same with an operator's token. */
export const guardedJanitor = facts(true);
