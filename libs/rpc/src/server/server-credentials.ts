import grpc from "@grpc/grpc-js";
import { secureContextOptions, type ServerTls } from "../tls.js";

/** Server credentials; without TLS, plain text. */
export function serverCredentials(tls: ServerTls | undefined): grpc.ServerCredentials {
  return tls === undefined ? grpc.ServerCredentials.createInsecure() : new RenewedServerCredentials(tls);
}

type Watcher = Parameters<grpc.ServerCredentials["_addWatcher"]>[0];

/**
 * Credentials whose certificates may be renewed under a listening server. grpc-js has two kinds of its own: `createSsl` never
 * changes and sets no version, and the certificate providers (experimental) set no version either. A server that is made by hand and
 * hands its sockets in (`createConnectionInjector`) would be outside of grpc-js's own drain.
 */
class RenewedServerCredentials extends grpc.ServerCredentials {
  readonly #tls: ServerTls;
  #unwatch: (() => void) | undefined;

  constructor(tls: ServerTls) {
    const requireClient = tls.clientAuth === "require";
    super({ requestCert: requireClient, rejectUnauthorized: requireClient }, secureContextOptions(tls));
    this.#tls = tls;
  }

  override _addWatcher(watcher: Watcher): void {
    super._addWatcher(watcher);
    this.#unwatch ??= this.#tls.watch?.(() => this.updateSecureContextOptions(secureContextOptions(this.#tls)));
  }

  override _removeWatcher(watcher: Watcher): void {
    super._removeWatcher(watcher);
    if (this.getWatcherCount() > 0) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  override _equals(other: grpc.ServerCredentials): boolean {
    return this === other;
  }
}
