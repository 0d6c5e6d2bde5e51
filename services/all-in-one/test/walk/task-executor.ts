import type { Caller, DialectFacts } from "./facts.js";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const token = "a-token-of-the-operator";
const probes = ["/health", "/ready"];

/** Credentials that are none. */
const strangers: readonly Omit<Caller, "refusal">[] = [
  { who: "nobody", headers: () => ({}) },
  { who: "a wrong token", headers: () => bearer("another-token") },
  { who: "a malformed header", headers: () => ({ authorization: "Bearer" }) },
  {
    who: "another scheme",
    headers: () => ({ authorization: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` }),
  },
];

/** The task executor asks nobody who he is. */
export const taskExecutor: DialectFacts = {
  dialect: "task-executor",
  env: {},
  headers: () => ({}),
  isError: ({ detail, type, request_id: id }) => [detail, type, id].every((member) => typeof member === "string"),
  isRefusal: (status) => status === 401 || status === 403,
  callers: [...strangers, { who: "some token", headers: () => bearer(token) }].map((caller) => ({
    ...caller,
    refusal: () => undefined,
  })),
};

/** The same behind a token of the operator's. */
export const guardedTaskExecutor: DialectFacts = {
  ...taskExecutor,
  env: { TASK_EXECUTOR_TOKEN: token },
  headers: () => bearer(token),
  callers: [
    ...strangers.map(
      (caller): Caller => ({ ...caller, refusal: ({ path }) => (probes.includes(path) ? undefined : 401) }),
    ),
    { who: "the operator's token", headers: () => bearer(token), refusal: () => undefined },
  ],
};
