import { Code, ConnectError } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import type { Readiness } from "./readiness.js";

/**
 * Serves `grpc.health.v1.Health` from a readiness. All services of a process share its state; the empty name is the
 * whole server. Watch streams end with the server's shutdown, after the reader has been told NOT_SERVING.
 */
export function createHealthRoute(readiness: Readiness, serviceNames: readonly string[]): ServiceRoute {
  const known = new Set(["", ...serviceNames]);
  const present = () => (readiness.ready ? Status.SERVING : Status.NOT_SERVING);
  return route(Health, {
    check({ service }) {
      // The protocol asks for NOT_FOUND; no reason of ours stands for it.
      if (!known.has(service)) throw new ConnectError(`unknown service ${service}`, Code.NotFound);
      return { status: present() };
    },
    list() {
      return { statuses: Object.fromEntries([...known].map((name) => [name, { status: present() }])) };
    },
    async *watch({ service }, { signal }) {
      const status = () => (known.has(service) ? present() : Status.SERVICE_UNKNOWN);
      let sent: Status | undefined;
      for (;;) {
        const now = status();
        if (now !== sent) {
          sent = now;
          yield { status: now };
        }
        // The status may have changed while the reader was slow.
        if (status() === sent) await changed(readiness, signal);
        signal.throwIfAborted();
      }
    },
  });
}

function changed(readiness: Readiness, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      off();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const off = readiness.onChange(done);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
