import { startProcess } from "@switchyard/testkit";

/** The whole system as a process, on free ports. */
export async function startSystemProcess(env: Readonly<Record<string, string>>) {
  const free = "127.0.0.1:0";
  const started = await startProcess("services/all-in-one/src/main.ts", {
    ...{ HTTP_LISTEN: free, GRPC_LISTEN: free, OPS_LISTEN: free, LOG_LEVEL: "warn", NUM_INTERNAL_WORKERS: "0" },
    ...env,
  });
  const [, http = "", grpc = ""] = await started.line(/^switchyard ready http=http:\/\/(\S+) grpc=(\S+)/);
  return { ...started, http, grpc };
}
