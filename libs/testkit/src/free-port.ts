import { type AddressInfo, createServer } from "node:net";

/**
 * Finds a free TCP port on 127.0.0.1. Somebody else may take it before you do: let a component listen on port 0 and tell its
 * port wherever it can, and use this only for those that can't.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
