/** An answer of the runpack API. */
export interface RunpackAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The keys that the API asks for. */
export interface RunpackKeys {
  readonly submit: string;
  readonly runner: string;
}

/** The API as an old client and its runner use it. */
export interface RunpackCalls {
  submit(jobType: string, inputParams: object): Promise<RunpackAnswer>;
  /** A call of the runner endpoints, `GET` without a body. `runnerId` is empty until there is one. */
  asRunner(path: string, runnerId: string, body?: object): Promise<RunpackAnswer>;
  /** Numbers of jobs by status. */
  countJobs(): Promise<Readonly<Record<string, number>>>;
}

/** Calls the runpack dialect under its prefix. Answers above 299 reject. */
export function runpackCalls(httpAddress: string, keys: RunpackKeys): RunpackCalls {
  async function call(key: string, path: string, init: RequestInit = {}): Promise<RunpackAnswer> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${key}` };
    const url = `http://${httpAddress}/runpack/api/${path}`;
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return { status: response.status, body: (await response.json()) as RunpackAnswer["body"] };
  }

  return {
    submit: (jobType, inputParams) =>
      call(keys.submit, "jobs/submit", {
        method: "POST",
        body: JSON.stringify({ job_type: jobType, input_params: inputParams }),
      }),
    asRunner: (path, runnerId, body) =>
      call(keys.runner, `runner/${path}`, {
        headers: { "x-runner-id": runnerId },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      }),
    // The runner's key opens the counts too.
    countJobs: async () => (await call(keys.runner, "admin/stats")).body["jobs"] as Record<string, number>,
  };
}
