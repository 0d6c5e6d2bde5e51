import type { Pool, PostgresLog } from "@switchyard/postgres";
import { type Loop, repeat } from "@switchyard/service-kit";
import { listRetention, listSegments } from "../../store/segments.js";

/** Knows which namespaces have as much as they may have. */
export interface FullNamespaces extends Loop {
  /** Whether a namespace had as much as it may have, a moment ago. */
  isFull(namespace: string): boolean;
}

/** Creates what knows it. Looked up every so often, not with every append: a namespace goes beyond its limit by what is written meanwhile. */
export function createFullNamespaces(pool: Pool, intervalMs: number, log?: PostgresLog): FullNamespaces {
  let full: ReadonlySet<string> = new Set();
  const loop = repeat(
    intervalMs,
    async () => {
      const limited = (await listRetention(pool)).filter(({ limitBytes }) => limitBytes !== undefined);
      if (limited.length === 0) full = new Set();
      else {
        const segments = await listSegments(pool);
        const bytesOf = (namespace: string) =>
          segments.reduce((sum, { line, byteCount }) => (line === namespace ? sum + byteCount : sum), 0);
        const those = limited.filter(({ namespace, limitBytes = 0 }) => bytesOf(namespace) >= limitBytes);
        full = new Set(those.map(({ namespace }) => namespace));
      }
    },
    (error) => log?.warn({ err: error }, "what namespaces of logs take could not be read; tried again soon"),
  );
  return { ...loop, isFull: (namespace) => full.has(namespace) };
}
