import { Server as TlsServer } from "node:tls";
import type { TlsFiles } from "@switchyard/service-kit";
import type { FastifyInstance } from "fastify";

/** The certificate of the public listeners and its key. */
export type PublicTls = TlsFiles<"cert" | "key">;

/** What an HTTPS server is made with. Not TLS 1.3 alone, as among the services: clients of the dialects are older than that. */
export function publicTlsOptions({ current: { cert, key } }: PublicTls) {
  return { cert, key, minVersion: "TLSv1.2" } as const;
}

/** Gives a server its renewed certificates, for new connections, until it is closed. */
export function followRenewals(app: FastifyInstance, tls: PublicTls): void {
  const { server } = app;
  if (!(server instanceof TlsServer)) return;
  const unwatch = tls.watch(() => server.setSecureContext(publicTlsOptions(tls)));
  app.addHook("onClose", async () => unwatch());
}
