import { createTcpProxy } from "@switchyard/testkit";

type Env = Readonly<Record<string, string>>;

/** A way to a system's services that can be cut. */
export interface CuttableWay {
  /** The environment of command lines that go this way. */
  readonly env: Env;
  /** Breaks every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** Puts a proxy before each address in the environment of a command line. */
export async function startCuttableWay(env: Env): Promise<CuttableWay> {
  const places = (env["SWITCHYARD_ADDRESS"] ?? "").split(",").map((place) => place.split("=") as [string, string]);
  const ways = await Promise.all(
    places.map(async ([service, address]) => {
      const [host, port] = address.split(":") as [string, string];
      return { service, proxy: await createTcpProxy({ target: { host, port: Number(port) } }) };
    }),
  );
  return {
    env: {
      ...env,
      SWITCHYARD_ADDRESS: ways.map(({ service, proxy }) => `${service}=127.0.0.1:${proxy.port}`).join(),
    },
    cut() {
      for (const { proxy } of ways) proxy.cut();
    },
    async close() {
      await Promise.all(ways.map(({ proxy }) => proxy.close()));
    },
  };
}
