import type { Caller, DialectFacts } from "./facts.js";
import type { Route } from "./routes.js";

const keys = { submit: "walk-submit-key", runner: "walk-runner-key", admin: "walk-admin-key" };
type Class = keyof typeof keys;

/** The class of a route; undefined: open. */
function classOf({ path }: Route): Class | undefined {
  if (path.startsWith("/api/jobs")) return "submit";
  if (path.startsWith("/api/runner")) return "runner";
  return path.startsWith("/api/admin") ? "admin" : undefined;
}

let calls = 0;

/** Everybody comes from another address and is another runner: the walks are not about the limits of requests. */
function bearer(key: string) {
  calls += 1;
  const address = `198.${18 + (calls >> 16)}.${(calls >> 8) & 255}.${calls & 255}`;
  return { authorization: `Bearer ${key}`, "x-runner-id": `walk-${calls % 20}`, "x-forwarded-for": address };
}
const opens = (key: Class, wanted: Class) => key === wanted || (key === "runner" && wanted === "admin");

const strangers: Caller[] = [
  { who: "nobody", headers: { "x-runner-id": "walk" } },
  { who: "a wrong key", headers: bearer("another-key") },
  { who: "a malformed header", headers: { ...bearer(""), authorization: `bearer ${keys.runner}` } },
  { who: "two spaces", headers: { ...bearer(""), authorization: `Bearer  ${keys.admin}` } },
].map(({ who, headers }) => ({
  who,
  headers: () => headers,
  refusal: (route) => (classOf(route) === undefined ? undefined : 401),
}));

const holders: Caller[] = (["submit", "runner", "admin"] as const).map((key) => ({
  who: `the ${key} key`,
  headers: () => bearer(keys[key]),
  refusal: (route) => {
    const wanted = classOf(route);
    return wanted === undefined || opens(key, wanted) ? undefined : 401;
  },
}));

/** Runpack: three keys for three classes of routes. */
export const runpack: DialectFacts = {
  dialect: "runpack",
  env: {
    ...{ SUBMIT_API_KEY: keys.submit, RUNNER_API_KEY: keys.runner, ADMIN_API_KEY: keys.admin },
    TRUST_PROXY: "true",
  },
  headers: (route) => bearer(keys[classOf(route) ?? "admin"]),
  isError: ({ error, message }) => typeof error === "string" || typeof message === "string",
  isRefusal: (status) => status === 401,
  callers: [...strangers, ...holders],
};
