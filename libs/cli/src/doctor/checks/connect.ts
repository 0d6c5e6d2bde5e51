import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { spanText } from "../../output/times.js";
import { hostAndPort } from "../../settings/addresses.js";
import type { TlsSettings } from "../../settings/tls.js";
import { addressesOf, type Check } from "../examination.js";
import { certificateFinding } from "./certificate.js";
import { fail, type Finding, ok, warn } from "../finding.js";

/** Whether the addresses take connections, and show a certificate that is trusted. */
export const connectCheck: Check = {
  name: "connect",
  async run({ settings, timeoutMs, reachable }) {
    const findings: Finding[] = [];
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
      return [ok(`${address} takes connections in plain text, in ${took()}`)];
    }
    const secure = openTls(host, port, tls);
    socket = secure;
    await settled(secure, "secureConnect", timeoutMs);
    const finding = certificateFinding(secure.getPeerCertificate(), secure.authorizationError, Date.now());
    return [...(finding.verdict === "fail" ? [] : [ok(`${address} takes TLS connections, in ${took()}`)]), finding];
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
