import type { Caller, DialectFacts } from "./facts.js";
import type { Route } from "./routes.js";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const secret = "walk-0123456789abcdef";

/** What pages ask without a token. */
const open = [
  /^GET \/(health|diagnostics|queue\/state|queue\/item\/[^/]+|job-search\/presets)$/,
  /^GET \/api\/(claude\/status|metrics\/[\w-]+|logs\/.+)$/,
  /^GET \/(operations\/[^/]+(\/status)?|jobs\/[^/]+\/(status|progress|logs)|artifacts\/.+|(firecrawl|openrouter)\/credits)$/,
];

/** The endpoints of annotations, which pages call without a token unless the operator wants one. */
const annotations =
  /^\w+ \/(user\/annotation-[\w/-]+|jobs\/[^/]+\/generate-annotations|jobs\/[^/]+\/annotations\/result\/[^/]+)$/;

/** What the contract answers with 500 or 503 to requests that make no sense, or that nothing is configured for. */
const toldFaults =
  /^(Failed to (add skill|update role metadata|rollback to|scrape)|Unexpected error|No upload is configured|The worker made no file|JD extraction failed)/;

/** Endpoints that have the worker look at what they got. */
const byJob =
  /^\/(jobs\/import-|api\/url-to-pdf|proxy\/pdf\/|api\/master-cv\/(cv\/export|cv-editor\/upload)|user\/annotation-)/;

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const isOpen = (route: Route) => open.some((pattern) => pattern.test(nameOf(route)));

function strangers(isPublic: (route: Route) => boolean): Caller[] {
  return [
    { who: "nobody", headers: {} },
    { who: "a wrong token", headers: bearer("walk-0123456789abcdeg") },
    { who: "a malformed header", headers: { authorization: "Bearer" } },
    { who: "another scheme", headers: { authorization: `Basic ${Buffer.from(`x:${secret}`).toString("base64")}` } },
  ].map(({ who, headers }) => ({
    who,
    headers: () => headers,
    refusal: (route) => (isPublic(route) ? undefined : 401),
  }));
}

const owner: Caller = { who: "the service's token", headers: () => bearer(secret), refusal: () => undefined };

/** The pipeline: one token, and a list of what needs none. */
export const pipeline: DialectFacts = {
  dialect: "pipeline",
  env: { RUNNER_API_SECRET: secret },
  headers: () => bearer(secret),
  isError: ({ detail }) => typeof detail === "string" || Array.isArray(detail),
  isRefusal: (status) => status === 401 || status === 403,
  isToldFault: (_, { detail }) => typeof detail === "string" && toldFaults.test(detail),
  worksByJob: ({ path }) => byJob.test(path),
  callers: [...strangers((route) => isOpen(route) || annotations.test(nameOf(route))), owner],
};

/** The same with the token before the annotations too. */
export const guardedPipeline: DialectFacts = {
  ...pipeline,
  env: { ...pipeline.env, PIPELINE_REQUIRE_AUTH_ANNOTATIONS: "true" },
  callers: [...strangers(isOpen), owner],
};
