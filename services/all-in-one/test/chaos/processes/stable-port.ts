import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections (32768 and up on Linux): nobody takes one while its process is dead. */
const [lowest, beyond] = [12_000, 32_000];
const given = new Set<number>();

/** Finds a free port on 127.0.0.1 for a process that leaves it and comes back to it. */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (beyond - lowest));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
