import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "@switchyard/clock";
import { Health } from "@switchyard/proto/grpc/health/v1/health_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type ClientTls, type ClosableTransport, createClient, createGrpcTransport } from "@switchyard/rpc";
import { withCallDefaults } from "../../client/call-defaults.js";
import { createKeeper } from "./keeper.js";
import { type FromKeeper, type KeeperTls, sharedMs, type ToKeeper } from "./keeper-messages.js";
import type { KeeperSettings } from "./keeper-settings.js";

/** The program of a runner's keeper thread: it renews leases while the runner's own event loop stands still. */
const { namespace, address, timeoutMs, whenStuck, port } = workerData as KeeperSettings;
const clock = { ...systemClock, monotonicMs: sharedMs };

/** Opened with the first credentials, which come before anything else. */
let connection:
  | {
      readonly transport: ClosableTransport;
      readonly runners: Client<typeof RunnerService>;
      readonly health: Client<typeof Health>;
    }
  | undefined;

/** Longest wait for a sign that calls are answered, ms. */
const probeMs = 5_000;
/** Codes of calls that nobody may have answered. */
const unanswered: ReadonlySet<Code> = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Canceled, Code.Unknown]);

function connect({ token, tls }: Extract<ToKeeper, { type: "credentials" }>): void {
  connection?.transport.close();
  const transport = createGrpcTransport({ address, ...(tls === undefined ? {} : { tls: withBuffers(tls) }) });
  const defaults = { timeoutMs, clock, ...(token === undefined ? {} : { token }) };
  const calling = withCallDefaults(transport, defaults);
  connection = { transport, runners: createClient(RunnerService, calling), health: createClient(Health, calling) };
}

/** Finds out whether calls are answered: one that only arrives would renew leases for a runner that hears nothing. */
async function probe(health: Client<typeof Health>): Promise<void> {
  try {
    await health.check({}, { timeoutMs: Math.min(timeoutMs, probeMs) });
  } catch (error) {
    // Whatever it says, it is an answer.
    if (unanswered.has(ConnectError.from(error).code)) throw error;
  }
}

/** Buffers lose their kind on the way between threads. */
function withBuffers({ ca, cert, key, serverName }: KeeperTls): ClientTls {
  return {
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

const keeper = createKeeper({
  clock,
  async heartbeat(runnerId, runningJobIds) {
    if (connection === undefined) throw new Error("the runner has not said how to call");
    await probe(connection.health);
    const { revoked } = await connection.runners.heartbeat({ namespace, runnerId, runningJobIds: [...runningJobIds] });
    return revoked.map(({ jobId, attempt, reason }) => ({
      ...{ jobId, attempt, reason },
      isStillHeld: reason === Revocation_Reason.CANCEL_REQUESTED,
    }));
  },
  tell: (message) => port.postMessage(message),
  onStuck({ jobId, attempt }) {
    const what = `the lease of attempt ${attempt} of job ${jobId} is lost, and its handler lets nothing stop it`;
    if (whenStuck === "kill") {
      // Nothing of this process may go on, and its own thread can't be reached: no gentler end gets through.
      writeSync(2, `switchyard: ${what}: this process ends itself\n`);
      process.kill(process.pid, "SIGKILL");
    } else writeSync(2, `switchyard: ${what}\n`);
  },
});

port.on("message", (message: ToKeeper) => {
  if (message.type === "credentials") connect(message);
  else keeper.hear(message);
});

port.postMessage({ type: "ready" } satisfies FromKeeper);
