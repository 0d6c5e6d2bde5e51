import type { SecureContext } from "node:tls";
import grpc from "@grpc/grpc-js";
import { type ClientTls, secureContextOf } from "../tls.js";

/** Channel credentials; without TLS, plain text. */
export function channelCredentials(tls: ClientTls | undefined): grpc.ChannelCredentials {
  return tls === undefined ? grpc.credentials.createInsecure() : new RenewedChannelCredentials(tls);
}

type Connector = ReturnType<grpc.ChannelCredentials["_createSecureConnector"]>;
type ConnectorArgs = Parameters<grpc.ChannelCredentials["_createSecureConnector"]>;

/**
 * Credentials that make each connection with what the material holds then. Those of grpc-js read theirs once, or come from
 * certificate providers, which set no TLS version.
 */
class RenewedChannelCredentials extends grpc.ChannelCredentials {
  readonly #tls: ClientTls;
  #known: { readonly of: readonly unknown[]; readonly context: SecureContext } | undefined;

  constructor(tls: ClientTls) {
    super();
    this.#tls = tls;
    // What cannot be used is to be told at once, and not by every call.
    this.#context();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return other instanceof RenewedChannelCredentials && other.#tls === this.#tls;
  }

  override _createSecureConnector(...args: ConnectorArgs): Connector {
    const current = () => grpc.credentials.createFromSecureContext(this.#context())._createSecureConnector(...args);
    const first = current();
    return {
      connect: (socket) => current().connect(socket),
      waitForReady: () => first.waitForReady(),
      getCallCredentials: () => first.getCallCredentials(),
      destroy: () => first.destroy(),
    };
  }

  #context(): SecureContext {
    const of = [this.#tls.ca, this.#tls.cert, this.#tls.key];
    if (this.#known?.of.every((part, index) => part === of[index]) !== true) {
      this.#known = { of, context: secureContextOf(this.#tls) };
    }
    return this.#known.context;
  }
}
