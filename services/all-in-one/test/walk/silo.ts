import type { Caller, DialectFacts } from "./facts.js";
import type { Route } from "./routes.js";

const roles = ["viewer", "editor", "admin"] as const;
type Role = (typeof roles)[number];

const tokens = roles.map((role) => ({ token: `silo_walk_${role}`, user: role, role }));
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Who a route is for; undefined: open. */
function audienceOf({ method, path }: Route): Role | "runner" | undefined {
  if (!path.startsWith("/api/")) return undefined;
  if (path.startsWith("/api/runner/")) return "runner";
  if (method === "GET") return "viewer";
  return path.startsWith("/api/jobs") || path.startsWith("/api/items") ? "editor" : "admin";
}

const strangers: Caller[] = [
  { who: "nobody", headers: {} },
  { who: "a wrong token", headers: bearer("silo_nobody") },
  { who: "a token that no runner has", headers: bearer(`silo_runner_${"0".repeat(64)}`) },
  { who: "a malformed header", headers: { authorization: "Bearer" } },
].map(({ who, headers }) => ({
  who,
  headers: () => headers,
  refusal: (route) => (audienceOf(route) === undefined ? undefined : 401),
}));

const users: Caller[] = roles.map((role, rank) => ({
  who: `a user who is ${role}`,
  headers: () => bearer(`silo_walk_${role}`),
  refusal: (route) => {
    const audience = audienceOf(route);
    if (audience === undefined) return undefined;
    if (audience === "runner") return 401;
    return roles.indexOf(audience) <= rank ? undefined : 403;
  },
}));

let runnerToken = "";

const runner: Caller = {
  who: "a runner",
  headers: () => bearer(runnerToken),
  refusal: (route) => {
    const audience = audienceOf(route);
    const isGraph = route.method === "PUT" && route.path.startsWith("/api/items/");
    return audience === undefined || audience === "runner" || isGraph ? undefined : 403;
  },
};

/** Silo: users with roles, and runners. */
export const silo: DialectFacts = {
  dialect: "silo",
  env: { SILO_TOKENS: JSON.stringify(tokens) },
  async prepare(base) {
    const request = { method: "POST", headers: bearer("silo_walk_admin"), body: JSON.stringify({ name: "walk" }) };
    const answer = (await (await fetch(`${base}/api/runners`, request)).json()) as { readonly token?: string };
    runnerToken = answer.token ?? "";
  },
  headers: (route) => bearer(audienceOf(route) === "runner" ? runnerToken : "silo_walk_admin"),
  isError: ({ error, message }) => typeof error === "string" && typeof message === "string",
  isRefusal: (status, { error }) => status === 401 || (status === 403 && error === "forbidden"),
  callers: [...strangers, ...users, runner],
};
