import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Clock, Timer } from "@switchyard/clock";
import type { Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { ClientTls } from "@switchyard/rpc";
import { type Attempt, attemptKey } from "../attempt.js";
import type { LeaseTable } from "../lease-table.js";
import { stopReasonOf } from "../stop-reason.js";
import {
  type FromKeeper,
  type KeeperTls,
  type KeptAttempt,
  type KeptKey,
  sharedMs,
  type ToKeeper,
} from "./keeper-messages.js";
import { keeperProgram } from "./keeper-program.js";
import type { KeeperSettings } from "./keeper-settings.js";

/** What a lease keeper works with. */
export interface LeaseKeeperDeps extends Omit<KeeperSettings, "port"> {
  readonly table: LeaseTable;
  readonly clock: Clock;
  readonly runnerId: () => string;
  readonly token: () => string | undefined;
  readonly tls: ClientTls | undefined;
  /** The thread has failed: leases are renewed by the runner alone from now on. */
  readonly onFailed: (error: Error) => void;
}

/** The runner's side of the thread that renews leases while a handler keeps the event loop busy. */
export interface LeaseKeeper {
  /** Settles when the thread can keep leases, or has failed. */
  readonly ready: Promise<void>;
  /** Tells of attempts before their work begins, which may block at once. */
  taken(attempts: readonly Attempt[]): void;
  /** Tells that the handler of an attempt has ended, before anything else can run and block. */
  workEnded(attempt: Attempt): void;
  /** Takes in what the thread has done while this one stood still. To be called before a lease is judged: timers go before messages after a pause. */
  catchUp(): void;
  stop(): Promise<void>;
}

/** How often the thread is told what there is, in milliseconds. */
const presentMs = 1_000;
const defaultGraceMs = 5_000;

/** Starts the thread; it calls nobody while the runner renews its leases itself. */
export function startLeaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { table, clock, runnerId, namespace, address, timeoutMs, whenStuck } = deps;
  const { port1: port, port2 } = new MessageChannel();
  const settings: KeeperSettings = { namespace, address, timeoutMs, whenStuck, port: port2 };
  const thread = new Worker(keeperProgram(), {
    workerData: settings,
    transferList: [port2],
    name: "switchyard-leases",
  });
  // It keeps no process alive by itself.
  thread.unref();
  port.unref();
  let settleReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    settleReady = resolve;
  });
  thread.on("error", (error) => {
    deps.onFailed(error);
    settleReady();
  });
  port.on("message", hear);
  let shown: { readonly token: string | undefined; readonly tls: KeeperTls | undefined } | undefined;
  let timer: Timer | undefined;
  let ended = false;

  const tell = (message: ToKeeper) => port.postMessage(message);
  const describe = (attempt: Attempt): KeptAttempt => {
    const leftMs = attempt.expiresAt - clock.monotonicMs();
    const { jobId, number, stopGrace } = attempt;
    const graceMs = stopGrace === undefined ? defaultGraceMs : durationMs(stopGrace);
    return {
      jobId,
      attempt: number,
      expiresAt: sharedMs() + leftMs,
      leaseMs: Math.max(1, leftMs),
      graceMs,
      isWorking: !attempt.workEnded,
    };
  };
  const showCredentials = () => {
    const token = deps.token();
    const { ca, cert, key, serverName } = deps.tls ?? {};
    if (shown !== undefined && shown.token === token && shown.tls?.cert === cert && shown.tls?.ca === ca) return;
    shown = { token, tls: deps.tls && { ca, cert, key, serverName } };
    tell({ type: "credentials", ...shown });
  };
  const present = () => {
    timer = undefined;
    catchUp();
    showCredentials();
    const attempts = Array.from(table).filter(({ over }) => !over);
    tell({ type: "present", runnerId: runnerId(), attempts: attempts.map(describe) });
    if (attempts.length > 0) arm();
  };
  const arm = () => {
    if (ended || timer !== undefined) return;
    timer = clock.setTimeout(present, presentMs);
    timer.unref();
  };

  function hear(message: FromKeeper): void {
    if (message.type === "ready") {
      settleReady();
      return;
    }
    const aheadMs = clock.monotonicMs() - sharedMs();
    const find = ({ jobId, attempt }: KeptKey) => table.find(attemptKey(jobId, attempt));
    if (message.type === "renewed") {
      for (const one of message.attempts) find(one)?.renew(message.sentAt + aheadMs, one.leaseMs);
      return;
    }
    for (const one of message.attempts) {
      const why = stopReasonOf(one.reason as Revocation_Reason);
      if (why === "CANCEL_REQUESTED") find(one)?.stop(why);
      else find(one)?.lose(why);
    }
  }
  function catchUp(): void {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
      hear(next.message as FromKeeper);
  }

  return {
    ready,
    taken(attempts) {
      if (attempts.length === 0 || ended) return;
      showCredentials();
      tell({ type: "taken", runnerId: runnerId(), attempts: attempts.map(describe) });
      arm();
    },
    workEnded({ jobId, number }) {
      // At once, and not together with others: the next handler may begin in this very turn, and block.
      if (!ended) tell({ type: "ended", attempts: [{ jobId, attempt: number }] });
    },
    catchUp,
    async stop() {
      ended = true;
      clock.clearTimeout(timer);
      port.close();
      await thread.terminate();
    },
  };
}
