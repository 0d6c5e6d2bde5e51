import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { spanText } from "../../output/times.js";
import { hostAndPort } from "../../settings/addresses.js";
import type { TlsSettings } from "../../settings/tls.js";
import { addressesOf, type Check } from "../examination.js";
import { certificateFinding } from "./certificate.js";
import { greet } from "./greeting.js";
import { ownCertificateFinding } from "./own-certificate.js";
import { fail, type Finding, ok, warn } from "../finding.js";

/** Whether the addresses take connections, and show a certificate that is trusted. */
export const connectCheck: Check = {
  name: "connect",
  async run({ settings, timeoutMs, reachable }) {
    const own = settings.tls?.cert;
    const findings: Finding[] = own === undefined ? [] : [ownCertificateFinding(own, Date.now())];
    for (const [address, services] of addressesOf(settings)) {
      const found = await tryAddress(address, settings.tls, timeoutMs);
      if (found.every(({ verdict }) => verdict !== "fail")) for (const service of services) reachable.add(service);
      findings.push(...found);
      if (settings.token !== undefined && settings.tls === undefined && !isLocal(address)) {
        findings.push(warn(`the token goes to ${address} in plain text`, "Use --tls or --tls-ca."));
      }
    }
    return findings;
  },
};

async function tryAddress(address: string, tls: TlsSettings | undefined, timeoutMs: number): Promise<Finding[]> {
  const { host, port } = hostAndPort(address) ?? { host: address, port: 0 };
  const startedAt = performance.now();
  const took = () => spanText(performance.now() - startedAt);
  let socket: Socket | undefined;
  try {
    if (tls === undefined) {
      socket = connectPlain({ host, port });
      await settled(socket, "connect", timeoutMs);
      const finding = ok(`${address} takes connections in plain text, in ${took()}`);
      return [(await problemOn(socket, address, timeoutMs, `The server may speak TLS. ${useTls}`)) ?? finding];
    }
    const secure = openTls(host, port, tls);
    socket = secure;
    await settled(secure, "secureConnect", timeoutMs);
    const finding = certificateFinding(secure.getPeerCertificate(), secure.authorizationError, Date.now());
    if (finding.verdict === "fail") return [finding];
    const taken = ok(`${address} takes TLS connections, in ${took()}`);
    const ifEnded = "It may ask for a certificate of its authority: give a valid one with --tls-cert and --tls-key.";
    return [(await problemOn(secure, address, timeoutMs, ifEnded)) ?? taken, finding];
  } catch (error) {
    const { message } = error as Error;
    const advice = /wrong version number|packet length too long/i.test(message)
      ? "The server speaks no TLS: leave out the TLS options, or use its TLS port."
      : "Correct --address, start the system, or look at firewalls.";
    return [fail(`no connection to ${address}: ${message}`, advice)];
  } finally {
    socket?.destroy();
  }
}

const useTls = "Use --tls, or --tls-ca with the installation's authority.";

/** What is wrong with an open connection. @param ifEnded what to do when the other side ends it at once */
async function problemOn(socket: Socket, address: string, timeoutMs: number, ifEnded: string) {
  try {
    const greeting = await greet(socket, timeoutMs);
    if (greeting === "http2") return undefined;
    if (greeting === "tls") return fail(`${address} speaks TLS`, useTls);
    if (greeting === "other") return fail(`${address} speaks no HTTP/2`, "Give the port for gRPC with --address.");
    return fail(`${address} takes connections and says nothing`, "Look at the service, and at what stands before it.");
  } catch (error) {
    // Of an alert Node knows the name; its message is a line of OpenSSL's.
    const { message, reason = message } = error as Error & { readonly reason?: string };
    return fail(`${address} ends the connection at once: ${reason}`, ifEnded);
  }
}

function openTls(host: string, port: number, { ca, cert, key, serverName }: TlsSettings): TLSSocket {
  const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    ...{ host, port, ALPNProtocols: ["h2"] },
    // A certificate that isn't trusted is looked at and told about; nothing is sent over this connection.
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(servername === undefined ? {} : { servername }),
  });
}

function settled(socket: Socket, event: "connect" | "secureConnect", timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${spanText(timeoutMs)}`)), timeoutMs);
    // Stays: an error behind the first one would end the process.
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function isLocal(address: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):/.test(address);
}
