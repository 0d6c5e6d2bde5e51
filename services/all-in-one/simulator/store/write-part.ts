import { ServerError, type Statement } from "./statement.js";

/** One effect of a write; whatever it throws, none of the write's effects has happened. */
export type Part = (statement: Statement) => void;

/** Refuses a row for which there is no partition. @throws ServerError */
export function needPartition({ tables }: Statement, of: string, number: number): void {
  if (tables.partitions.has(`${of} ${number}`)) return;
  throw new ServerError(`no partition of ${of} found for row ${number}`, "23514");
}

/** Removes a row, if it is there. */
export function deletion(
  part: string,
  table: "leases" | "open" | "deadLetters" | "jobs" | "outcomes" | "amendments",
  ns: number,
  serial: number,
): Part {
  return (s) => {
    const rows = s.tables.space(ns)[table] as Map<number, unknown>;
    if (!rows.has(serial)) return;
    s.touch(part, table, `${ns}/${serial}`);
    s.effect(() => rows.delete(serial));
  };
}
