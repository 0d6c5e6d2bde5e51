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
      /** When a call was last answered. */
      answeredAt: number;
    }
  | undefined;

/** Longest wait for a sign that calls are answered, ms. */
const probeMs = 5_000;
/** An answer that is no older shows that calls are answered, ms. */
const freshMs = 2_000;
/** Leases that are shorter leave no time to connect when one is about to end, ms. */
const shortLeaseMs = 10_000;
/** Codes of calls that nobody may have answered. */
const unanswered: ReadonlySet<Code> = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Canceled, Code.Unknown]);

function connect({ token, tls }: Extract<ToKeeper, { type: "credentials" }>): void {
  connection?.transport.close();
  const transport = createGrpcTransport({ address, ...(tls === undefined ? {} : { tls: withBuffers(tls) }) });
  const defaults = { timeoutMs, clock, ...(token === undefined ? {} : { token }) };
  const calling = withCallDefaults(transport, defaults);
  connection = {
    ...{ transport, runners: createClient(RunnerService, calling), health: createClient(Health, calling) },
    answeredAt: Number.NEGATIVE_INFINITY,
  };
}

/** Finds out whether calls are answered: one that only arrives would renew leases for a runner that hears nothing. */
async function probe(open: NonNullable<typeof connection>): Promise<void> {
  if (clock.monotonicMs() - open.answeredAt < freshMs) return;
  const askedAt = clock.monotonicMs();
  try {
    await open.health.check({}, { timeoutMs: Math.min(timeoutMs, probeMs) });
  } catch (error) {
    // Whatever it says, it is an answer.
    if (unanswered.has(ConnectError.from(error).code)) throw error;
  }
  open.answeredAt = askedAt;
}

/** Connects before there is need to, where there would not be the time. */
function prepare(message: ToKeeper): void {
  if (connection === undefined || connection.answeredAt > 0 || message.type !== "taken") return;
  const isShort = message.attempts.some(({ leaseMs }) => leaseMs < shortLeaseMs);
  if (isShort) void probe(connection).catch(() => undefined);
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
    const open = connection;
    await probe(open);
    const askedAt = clock.monotonicMs();
    const { revoked } = await open.runners.heartbeat({ namespace, runnerId, runningJobIds: [...runningJobIds] });
    open.answeredAt = askedAt;
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
  else {
    keeper.hear(message);
    prepare(message);
  }
});

port.postMessage({ type: "ready" } satisfies FromKeeper);
