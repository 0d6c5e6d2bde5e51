import { leaseRows, openSerials } from "../../store/audit-rows.js";
import type { Namespace } from "../core/namespace.js";
import type { ShardTerm } from "../shard/shard-term.js";
import type { Finding } from "./audit-memory.js";

/** Rows compared per step. */
const step = 20_000;

/**
 * Compares a stretch of the open rows, and all leases, with memory. The tables are read while work goes on, so a difference counts only if it is still there when everything
 * that was on the way at the first look has been written. Returns the findings and where the next stretch begins (0: at the beginning).
 */
export async function auditTables(
  term: ShardTerm,
  space: Namespace,
  after: number,
): Promise<{ readonly findings: Finding[]; readonly next: number }> {
  const first = await compare(term, space, after);
  if (first.differing.length === 0) return { findings: [], next: first.next };
  await term.settled();
  term.assertValid();
  const second = await compare(term, space, after);
  const stays = new Set(first.differing.map(({ message }) => message));
  return { findings: second.differing.filter(({ message }) => stays.has(message)), next: first.next };
}

async function compare(term: ShardTerm, space: Namespace, after: number) {
  const serials = await openSerials(term.pool, space.id, after, step);
  const leases = await leaseRows(term.pool, space.id);
  term.assertValid();
  const upTo = serials.length < step ? Number.POSITIVE_INFINITY : (serials.at(-1) as number);
  return {
    differing: [...compareOpen(space, after, upTo, serials), ...compareLeases(space, leases)],
    next: serials.length < step ? 0 : upTo,
  };
}

/** Jobs with a write on the way may be in one and not yet, or no longer, in the other. */
function compareOpen(space: Namespace, after: number, upTo: number, serials: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  const stored = new Set(serials);
  for (const serial of serials) {
    if (space.table.slotOf(serial) < 0)
      findings.push({ sort: "open-rows", message: `job ${serial} of ${space.name} has a row and is not in memory` });
  }
  for (const slot of space.table.slots()) {
    const serial = space.table.serial[slot] as number;
    if (serial <= after || serial > upTo || stored.has(serial) || space.job(serial)?.pending) continue;
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
