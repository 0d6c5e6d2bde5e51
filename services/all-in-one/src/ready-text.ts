import type { System } from "./system.js";

/** What `npm start` prints when everything answers: one line for scripts, then lines to try. */
export function readyText({ addresses, secure }: Pick<System, "addresses" | "secure">): string {
  const { grpc, ops, http, dialects, hostNames } = addresses;
  const scheme = (isSecure: boolean) => (isSecure ? "https" : "http");
  const web = scheme(secure.http);
  const own = Object.entries(dialects).map(([name, address]) => ` ${name}=${web}://${address}`);
  const job =
    '{"namespace":"default","items":[{"spec":{"kind":"shell.run","input":{"data":"INPUT","contentType":"application/json"}}}]}';
  const input = Buffer.from('{"command":["echo","hello"]}').toString("base64");
  const prefix = `${web}://${http}/task-executor/api/v1/tasks`;
  const hosts = Object.entries(hostNames).map(([name, host]) => `    ${host}: ${name}\n`);
  const byHost =
    hosts.length === 0 ? "" : `\n  On ${web}://${http} too, at the root for requests to\n${hosts.join("")}`;
  return `switchyard ready http=${web}://${http} grpc=${grpc} ops=${scheme(secure.ops)}://${ops}${own.join("")}
${byHost}
  Submit a process, over Connect and JSON:
    curl -s ${web}://${http}/rpc/switchyard.scheduler.v1.JobService/SubmitJobs -H 'content-type: application/json' \\
      -d '${job.replace("INPUT", input)}'

  Create a task, over the task-executor dialect, and list the tasks:
    curl -s ${prefix} -H 'content-type: application/json' -d '{"problem_id":"hello-1","parameters":{"max_steps":3}}'
    curl -s ${prefix}

  The same services over gRPC, on ${grpc}:
    npx buf curl --protocol grpc --http2-prior-knowledge --schema proto -d '{"namespace":"default"}' \\
      ${scheme(secure.grpc)}://${grpc}/switchyard.scheduler.v1.JobService/ListJobs

`;
}
