import { createTcpProxy, type TcpProxy } from "@switchyard/testkit";
import type { ProgramAddresses } from "../programs/settings.js";

/** The proxies of a run: every connection between two of its processes goes through the one of its two ends. */
export interface Ways {
  /** By name, as `runner-0 > gateway-1`. */
  readonly all: ReadonlyMap<string, TcpProxy>;
  /** Opens a way, and answers where its beginning is, `host:port`. */
  open(from: string, to: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** Makes none yet. */
export function createWays(): Ways {
  const all = new Map<string, TcpProxy>();
  return {
    all,
    async open(from, to, port) {
      const name = `${from} > ${to}`;
      const proxy = all.get(name) ?? (await createTcpProxy({ target: { port } }));
      all.set(name, proxy);
      return `127.0.0.1:${proxy.port}`;
    },
    async close() {
      await Promise.all([...all.values()].map((proxy) => proxy.close()));
    },
  };
}

/** Ports at which services listen, by the process's name. */
export interface ServicePorts {
  readonly schedulers: ReadonlyMap<string, number>;
  readonly gateways: ReadonlyMap<string, number>;
  readonly logStores: ReadonlyMap<string, number>;
}

/** Opens the ways from a process to every service that it may call. */
export async function openWaysFrom(ways: Ways, from: string, ports: ServicePorts): Promise<ProgramAddresses> {
  const each = (targets: ReadonlyMap<string, number>) =>
    Promise.all([...targets].map(([to, port]) => ways.open(from, to, port)));
  return {
    scheduler: await each(ports.schedulers),
    runnerGateway: await each(ports.gateways),
    logStore: await each(ports.logStores),
  };
}
