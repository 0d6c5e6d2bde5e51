import type { Timer } from "@switchyard/clock";
import type { Logger } from "pino";
import type { ShardTerm } from "../shard/shard-term.js";
import { auditMemory, type Finding } from "./audit-memory.js";
import { auditTables } from "./audit-tables.js";
import { inSlices } from "./in-slices.js";

/** How the self-audit works. */
export interface SelfAuditOptions {
  readonly logger: Logger;
  /** Pause between two looks at one namespace, ms; 0 switches the audit off. */
  readonly intervalMs: number;
  /** Told of every finding, for a counter. */
  readonly onFinding?: (finding: Finding) => void;
}

/** A duty of a term: compares what must agree, and heals. */
export interface SelfAudit {
  start(): void;
  stop(): void;
  /** One round over all namespaces; returns what was found. */
  runOnce(): Promise<readonly Finding[]>;
}

/**
 * Looks, namespace by namespace and stretch by stretch, whether memory agrees with itself and with the tables. What is found is logged and counted, and healed in
 * the way in which everything is healed here: the term ends, and the next one is loaded from the tables.
 */
export function createSelfAudit(term: ShardTerm, { logger, intervalMs, onFinding }: SelfAuditOptions): SelfAudit {
  const positions = new Map<string, number>();
  let timer: Timer | undefined;
  let stopped = false;

  async function runOnce(): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const space of term.state.spaces.values()) {
      findings.push(...(await inSlices(term.clock, auditMemory(space), () => term.assertValid())));
      const { findings: differing, next } = await auditTables(term, space, positions.get(space.name) ?? 0);
      positions.set(space.name, next);
      findings.push(...differing);
    }
    if (findings.length === 0) return findings;
    for (const finding of findings) onFinding?.(finding);
    logger.error(
      { shard: term.term.shard, epoch: term.term.epoch, findings: findings.slice(0, 20), count: findings.length },
      "the self-audit found differences; the shard is loaded anew",
    );
    term.abandon(new Error(`the self-audit found ${findings.length} differences`));
    return findings;
  }

  function schedule(): void {
    if (stopped || intervalMs === 0) return;
    timer = term.clock.setTimeout(() => {
      runOnce()
        // A term that is over can't be looked at; everything else is worth a line.
        .catch((error: unknown) => (stopped ? undefined : logger.warn({ err: error }, "the self-audit could not look")))
        .finally(schedule);
    }, intervalMs);
  }

  return {
    start: schedule,
    stop() {
      stopped = true;
      term.clock.clearTimeout(timer);
    },
    runOnce,
  };
}
