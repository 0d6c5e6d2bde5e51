import { EventEmitter } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { Server as TlsServer } from "node:tls";

/**
 * Listens to the upgrades of a server and passes on those to WebSocket, as the event `upgrade` of what it returns.
 *
 * Once somebody listens, Node takes every request with an `Upgrade` header out of HTTP, also one that offers HTTP/2
 * (`h2c`), as some clients do with each first request. A server may ignore such an offer, and that is what happens here:
 * the request is served as if it had not been made.
 */
export function webSocketUpgrades(server: Server): Server {
  const upgrades = new EventEmitter();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === "websocket") upgrades.emit("upgrade", request, socket, head);
    else serveWithoutUpgrade(server, request, socket, head);
  });
  // The listener of the WebSocket plugin needs no more of a server than its events.
  return upgrades as unknown as Server;
}

const offer = /^(?:upgrade|http2-settings)$/i;

/** A `Connection` header without the names of the headers that are left out. */
function withoutOffer(value: string): string {
  const names = value.split(",").map((name) => name.trim());
  return names.filter((name) => !offer.test(name)).join(", ") || "keep-alive";
}

/** Gives the bytes of a request back to the server, without the headers that offer another protocol. */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (/^connection$/i.test(name)) lines.push(`${name}: ${withoutOffer(value)}`);
    else if (!offer.test(name)) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  // The other event of a TLS server would shake hands again.
  server.emit(server instanceof TlsServer ? "secureConnection" : "connection", socket);
}
