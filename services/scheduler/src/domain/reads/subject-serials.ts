import type { Pool } from "@switchyard/postgres";
import { openWithSubject } from "../../store/open-with-subject.js";
import type { Namespace } from "../core/namespace.js";

/** The open jobs about a subject, in the order of their places. */
export async function subjectSerials(pool: Pool, space: Namespace, subject: string): Promise<number[]> {
  const serials = await openWithSubject(pool, space.id, space.buckets.all(), subject);
  const { table } = space;
  return serials
    .map((serial) => table.slotOf(serial))
    .filter((slot) => slot >= 0)
    .sort((a, b) => table.compare(a, b))
    .map((slot) => table.serial[slot] as number);
}
