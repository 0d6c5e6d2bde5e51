import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { Migration } from "./migration.js";

/** A step that the database has seen. */
export interface RecordedMigration {
  readonly name: string;
  /** Null for a step made of code. */
  readonly checksum: string | null;
}

/** SHA-256 of a script, line ends normalised, so that a checkout on another system gives the same; null for code. */
export function checksumOf(migration: Migration): string | null {
  if (typeof migration.up !== "string") return null;
  return createHash("sha256").update(migration.up.replaceAll("\r\n", "\n")).digest("hex");
}

/**
 * Says which steps are still to be run, in order. Pure.
 * @throws SwitchyardError `PRECONDITION_FAILED` when the database is newer than the code, or was made by other steps.
 */
export function planMigrations(
  schema: string,
  migrations: readonly Migration[],
  recorded: readonly RecordedMigration[],
): readonly Migration[] {
  const known = new Set(migrations.map(({ name }) => name));
  const newer = recorded.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (newer.length > 0) {
    throw refusal(
      `schema "${schema}" was migrated by a newer version (${newer.join(", ")} unknown here). ` +
        "Start that version or a later one, or restore the backup that was taken before the upgrade.",
      { schema, migrations: newer.join(",") },
    );
  }
  for (const [index, { name, checksum }] of recorded.entries()) {
    const migration = migrations[index];
    if (migration?.name !== name) {
      throw refusal(
        `schema "${schema}" has run ${name} without ${migration?.name ?? "its predecessor"}. ` +
          "A step must come after all released ones: rename the new step to the next free number.",
        { schema, migration: name },
      );
    }
    if (checksum !== null && checksumOf(migration) !== checksum) {
      throw refusal(
        `step ${name} of schema "${schema}" is not the one that was run. ` +
          "Restore its original text and put the change into a new step.",
        { schema, migration: name },
      );
    }
  }
  return migrations.slice(recorded.length);
}

/** Checks names and order of a list of steps; a mistake here is the programmer's. */
export function checkMigrationList(migrations: readonly Migration[]): void {
  for (const [index, { name }] of migrations.entries()) {
    const prefix = `${String(index + 1).padStart(4, "0")}-`;
    if (!/^\d{4}-[a-z0-9-]+$/.test(name) || !name.startsWith(prefix)) {
      throw new RangeError(`migration "${name}" must be called ${prefix}<lower-case-title>, by its place in the list`);
    }
  }
}

function refusal(message: string, metadata: Record<string, string>): SwitchyardError {
  return new SwitchyardError("PRECONDITION_FAILED", message, metadata);
}
