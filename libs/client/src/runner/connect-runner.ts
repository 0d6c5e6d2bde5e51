import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { withCallDefaults } from "../client/call-defaults.js";
import { type LeaseKeeper, type LeaseKeeperDeps, startLeaseKeeper } from "./keeper/lease-keeper.js";
import type { RunnerConnection } from "./runner-options.js";

/** A runner's way to its gateway. */
export interface ConnectedRunner {
  readonly runners: Client<typeof RunnerService>;
  /** Starts the thread that keeps leases while handlers block the event loop; undefined where a thread can't know the way, since it was brought ready-made. */
  startKeeper(deps: Pick<LeaseKeeperDeps, "table" | "runnerId" | "onFailed">): LeaseKeeper | undefined;
  /** Ends what was opened here. */
  close(): void;
}

/** Opens the connection that a runner's options name. */
export function connectRunner(
  options: RunnerConnection & { readonly namespace: string },
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): ConnectedRunner {
  const broughtAlong = { startKeeper: () => undefined, close: () => undefined };
  if ("client" in options) return { runners: options.client.runners, ...broughtAlong };
  if ("transport" in options)
    return {
      runners: createClient(RunnerService, withCallDefaults(options.transport, { timeoutMs, clock })),
      ...broughtAlong,
    };

  const { address, tls, token, namespace, whenStuck = "kill" } = options;
  // A gateway holds a runner's free slots open between two calls: at two gateways in turn they would be open twice.
  const transport = createGrpcTransport({ address, tls, stay: true });
  const defaults = { timeoutMs, clock, ...(token === undefined ? {} : { token }) };
  return {
    runners: createClient(RunnerService, withCallDefaults(transport, defaults)),
    startKeeper: (deps) =>
      startLeaseKeeper({
        ...deps,
        ...{ namespace, address, tls, timeoutMs, whenStuck, clock },
        token: typeof token === "function" ? token : () => token,
      }),
    close: () => transport.close(),
  };
}
