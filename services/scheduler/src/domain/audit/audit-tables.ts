import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";
import type { Finding } from "./audit-memory.js";

/** Rows compared at once, which takes a few milliseconds; everybody else has a turn before the next ones. */
const step = 5_000;

/** Steps of one round: a million jobs are through in fifty rounds. */
const steps = 4;

/** What differed at one look, and where the next stretch begins (0: at the beginning). */
interface Look {
  readonly differing: Finding[];
  readonly next: number;
}

/**
 * Compares a stretch of the open rows, and all leases, with memory, step by step. Memory goes on between two steps, so each is judged by itself. Returns the
 * findings and where the next stretch begins (0: at the beginning).
 */
export async function auditTables(
  term: ShardTerm,
  space: Namespace,
  after: number,
): Promise<{ readonly findings: Finding[]; readonly next: number }> {
  const { differing, next: afterLeases } = await lookTwice(term, () => lookAtLeases(term, space, after));
  const findings = [...differing];
  let next = afterLeases;
  for (let i = 0; i < steps; i++) {
    await new Promise<void>((resolve) => term.clock.setImmediate(resolve));
    const from = next;
    const open = await lookTwice(term, () => lookAtOpen(term, space, from));
    findings.push(...open.differing);
    next = open.next;
    if (next === 0) break;
  }
  return { findings, next };
}

/** The tables are read while work goes on, so a difference counts only if it is still there when everything that was on the way at the first look has been written. */
async function lookTwice(term: ShardTerm, look: () => Promise<Look>): Promise<Look> {
  const first = await look();
  if (first.differing.length === 0) return first;
  await term.settled();
  term.assertValid();
  const second = await look();
  const before = new Set(first.differing.map(({ message }) => message));
  return { differing: second.differing.filter(({ message }) => before.has(message)), next: first.next };
}

async function lookAtOpen(term: ShardTerm, space: Namespace, after: number): Promise<Look> {
  const serials = await term.store.openSerials(space.id, after, step);
  term.assertValid();
  const isLast = serials.length < step;
  const upTo = isLast ? Number.POSITIVE_INFINITY : (serials.at(-1) as number);
  return { differing: compareOpen(space, after, upTo, serials), next: isLast ? 0 : upTo };
}

async function lookAtLeases(term: ShardTerm, space: Namespace, next: number): Promise<Look> {
  const leases = await term.store.leaseRows(space.id);
  term.assertValid();
  return { differing: compareLeases(space, leases), next };
}

/** Jobs with a write on the way may be in one and not yet, or no longer, in the other. */
function compareOpen(space: Namespace, after: number, upTo: number, serials: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  const stored = new Set(serials);
  for (const serial of serials) {
    if (space.table.slotOf(serial) < 0)
      findings.push({ sort: "open-rows", message: `job ${serial} of ${space.name} has a row and is not in memory` });
  }
  for (const slot of space.table.slotsBetween(after, upTo)) {
    const serial = space.table.serial[slot] as number;
    if (stored.has(serial) || space.job(serial)?.pending) continue;
    findings.push({ sort: "open-rows", message: `job ${serial} of ${space.name} is in memory and has no row` });
  }
  return findings;
}

function compareLeases(
  space: Namespace,
  rows: readonly { readonly serial: number; readonly attempt: number }[],
): Finding[] {
  const findings: Finding[] = [];
  const stored = new Map(rows.map(({ serial, attempt }) => [serial, attempt]));
  for (const [serial, attempt] of stored) {
    if (space.job(serial)?.live?.number === attempt) continue;
    findings.push({
      sort: "lease-rows",
      message: `attempt ${attempt} of job ${serial} of ${space.name} has a row and is not live`,
    });
  }
  for (const { serial, live, pending } of space.objects()) {
    if (!live || pending || stored.get(serial) === live.number) continue;
    findings.push({
      sort: "lease-rows",
      message: `attempt ${live.number} of job ${serial} of ${space.name} is live and has no row`,
    });
  }
  return findings;
}
