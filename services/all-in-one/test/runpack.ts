import { randomBytes } from "node:crypto";
import type { HttpGateway, HttpGatewayDeps } from "@switchyard/http-gateway";
import type { System } from "../src/index.js";
import { startReplica } from "./gateway-replica.js";

/** The keys that runpack tests give to their gateways. */
export const runpackKeys = {
  SUBMIT_API_KEY: "an-older-key, submit-test-key",
  RUNNER_API_KEY: "runner-test-key",
  ADMIN_API_KEY: "admin-test-key",
};

/** Their names in the dialect's cases. */
export const runpackVariables = {
  submitKey: "submit-test-key",
  runnerKey: "runner-test-key",
  adminKey: "admin-test-key",
};

/** A word that no other test has used. */
export const newWord = () => randomBytes(6).toString("hex");

/** Starts another gateway over a running system. `over` replaces transports to the core. */
export async function startGateway(
  system: Pick<System, "transport">,
  env: Readonly<Record<string, string>> = {},
  over: Partial<HttpGatewayDeps> = {},
): Promise<{ readonly gateway: HttpGateway; readonly runpack: RunpackCaller }> {
  const gateway = await startReplica(system, { TRUST_PROXY: "true", ...runpackKeys, ...env }, over);
  return { gateway, runpack: runpackAt(`http://${gateway.addresses.http}/runpack`) };
}

/** An answer and its body as it reads. */
export interface RunpackAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  readonly body: any;
}

/** Calls a runpack API, each call from an address of its own unless one is given. */
export interface RunpackCaller {
  readonly url: string;
  call(method: string, path: string, options?: CallOptions): Promise<RunpackAnswer>;
  submit(jobType: string, inputParams: object, address?: string): Promise<RunpackAnswer>;
  check(jobType: string, inputParams: object): Promise<RunpackAnswer>;
  /** A job's detail, which has everything. */
  detail(jobId: string): Promise<RunpackAnswer>;
  /** The id of a new runner. */
  register(): Promise<string>;
  /** What a runner does with a job: `claim`, `heartbeat`, `complete`, `error`. */
  act(runner: string, jobId: string, action: string, body?: object): Promise<RunpackAnswer>;
}

interface CallOptions {
  readonly key?: string;
  readonly runner?: string;
  readonly address?: string;
  readonly body?: object;
}

/** Makes a caller of the API at a URL. */
export function runpackAt(url: string): RunpackCaller {
  const { submitKey, runnerKey, adminKey } = runpackVariables;

  const call: RunpackCaller["call"] = async (method, path, { key, runner, address, body } = {}) => {
    const headers = {
      "x-forwarded-for": address ?? newWord(),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(runner === undefined ? {} : { "x-runner-id": runner }),
    };
    const response = await fetch(`${url}${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  return {
    url,
    call,
    submit: (job_type, input_params, address) =>
      call("POST", "/api/jobs/submit", {
        ...{ key: submitKey, body: { job_type, input_params } },
        ...(address === undefined ? {} : { address }),
      }),
    check: (job_type, input_params) =>
      call("POST", "/api/jobs/check", { key: submitKey, body: { job_type, input_params } }),
    detail: (jobId) => call("GET", `/api/admin/jobs/${jobId}`, { key: adminKey }),
    async register() {
      const answer = await call("POST", "/api/runner/register", {
        ...{ key: runnerKey, body: { name: "test", capabilities: [] } },
      });
      return answer.body.runner_id;
    },
    act: (runner, jobId, action, body) =>
      call("POST", `/api/runner/jobs/${jobId}/${action}`, {
        ...{ key: runnerKey, runner },
        ...(body === undefined ? {} : { body }),
      }),
  };
}
