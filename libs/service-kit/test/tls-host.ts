import { connect } from "node:tls";
import { get as getPlain } from "node:http";
import { get as getSecure, type RequestOptions } from "node:https";
import { Health, type HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { type ClientTls, createClient, createGrpcTransport, route, type ServiceRoute } from "@switchyard/rpc";
import {
  createLogger,
  createServiceHost,
  createStaticAuthenticator,
  omnipotent,
  openServiceTls,
  type ServiceHost,
  type ServiceTls,
} from "@switchyard/service-kit";
import { createTestAuthority, temporaryDirectory, type TestAuthority, writeTlsFiles } from "@switchyard/testkit";
import { Probe } from "./probe-service.js";

/** A host whose certificates lie in a directory of the test's own. */
export interface TlsHost {
  readonly host: ServiceHost;
  readonly authority: TestAuthority;
  readonly tls: ServiceTls;
  readonly directory: string;
  /** Puts new certificates in place of the old ones, or any text, and has the host look at them. */
  renew(texts: Partial<Record<"cert" | "key" | "ca", string>>): Promise<void>;
  stop(): Promise<void>;
}

const silent = createLogger({ name: "tls", level: "silent" });

/** Starts a host with TLS, and settings of the test's own beside the three files. */
export async function startTlsHost(
  settings: Partial<Pick<Parameters<typeof openServiceTls>[0], "TLS_CLIENT_AUTH" | "OPS_TLS">> = {},
  names?: readonly string[],
): Promise<TlsHost> {
  const authority = await createTestAuthority();
  const { path: directory, remove } = await temporaryDirectory();
  const own = await authority.issue(names === undefined ? {} : { names });
  const paths = await writeTlsFiles(directory, { ...own, ca: authority.ca });
  const tls = openServiceTls(
    {
      ...{ TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca, TLS_RELOAD_INTERVAL: 3_600_000 },
      ...{ TLS_CLIENT_AUTH: "require", OPS_TLS: "off", TLS_SERVER_NAME: undefined, ...settings },
    },
    silent,
  ) as ServiceTls;
  const host = createServiceHost({
    ...{ name: "tls", logger: silent, routes: [echo()], scopes: { "test.Probe/*": "any" }, graceMs: 1_000, tls },
    ...{ grpcListen: "127.0.0.1:0", opsListen: "127.0.0.1:0" },
    auth: { authenticator: createStaticAuthenticator([]), anonymous: omnipotent("anyone") },
  });
  await host.start();
  return {
    ...{ host, authority, tls, directory },
    async renew(texts) {
      await writeTlsFiles(directory, texts as Record<"cert", string>);
      await tls.files.look();
    },
    async stop() {
      await host.stop();
      tls.files.close();
      await remove();
    },
  };
}

function echo(): ServiceRoute {
  return route(Probe, { say: async (note) => note } as Parameters<typeof route<typeof Probe>>[1]);
}

/** What a client of an authority has to show, and whom it trusts. */
export async function clientOf(authority: TestAuthority, trusted = authority): Promise<ClientTls> {
  const { cert, key } = await authority.issue({ names: ["client"] });
  return { cert: Buffer.from(cert), key: Buffer.from(key), ca: Buffer.from(trusted.ca) };
}

/** One call on a connection of its own. */
export async function check(address: string, tls?: ClientTls): Promise<Status> {
  const transport = createGrpcTransport({ address, tls });
  try {
    return (await createClient(Health, transport).check({}, { timeoutMs: 5_000 })).status;
  } finally {
    transport.close();
  }
}

/** The status of an HTTP answer. */
export function statusOf(url: string, options: RequestOptions = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith("https") ? getSecure : getPlain;
    get(url, { ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

/** Shakes hands in one version of TLS and waits for the server to speak, or to refuse. */
export function handshake(address: string, version: "TLSv1.2" | "TLSv1.3", tls: ClientTls): Promise<string | null> {
  const [host = "", port = ""] = address.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect(
      { ...tls, host, port: Number(port), minVersion: version, maxVersion: version, ALPNProtocols: ["h2"] },
      () => {
        socket.once("data", () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
      },
    );
    socket.on("error", reject);
  });
}
