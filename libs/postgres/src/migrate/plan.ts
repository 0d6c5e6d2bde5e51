import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { Migration } from "./migration.js";

/** A step that the database has seen. */
export interface RecordedMigration {
  readonly name: string;
  /** Null for a step made of code. */
  readonly checksum: string | null;
  /** The step that a program must know, at least, to run beside this one. */
  readonly leastStep: string;
}

/** How a schema stands to a program. */
export interface MigrationPlan {
  /** Steps still to be run, in order. */
  readonly pending: readonly Migration[];
  /** Names of steps that the program does not know and can live with. */
  readonly newer: readonly string[];
}

/** SHA-256 of a script, line ends normalised, so that a checkout on another system gives the same; null for code. */
export function checksumOf(migration: Migration): string | null {
  if (typeof migration.up !== "string") return null;
  return createHash("sha256").update(migration.up.replaceAll("\r\n", "\n")).digest("hex");
}

/**
 * Compares what was run with what the program knows. Pure.
 *
 * @throws SwitchyardError `PRECONDITION_FAILED` when the database has a newer step that the program cannot live with, or was made by other steps.
 */
export function planMigrations(
  schema: string,
  migrations: readonly Migration[],
  recorded: readonly RecordedMigration[],
): MigrationPlan {
  const names = new Set(migrations.map(({ name }) => name));
  const newer = recorded.filter(({ name }) => !names.has(name));
  const needed = [...new Set(newer.map(({ leastStep }) => leastStep).filter((name) => !names.has(name)))];
  if (needed.length > 0) {
    throw refusal(
      `schema "${schema}" was migrated by a newer version, and programs must know ${needed.join(", ")}, which this one does not. ` +
        "Start that version or a later one, or restore the backup that was taken before the upgrade.",
      { schema, migrations: needed.join(",") },
    );
  }
  const known = recorded.filter(({ name }) => names.has(name));
  for (const [index, { name, checksum }] of known.entries()) {
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
  const pending = migrations.slice(known.length);
  if (newer.length > 0 && pending.length > 0) {
    const run = newer.map(({ name }) => name).join(", ");
    throw refusal(
      `schema "${schema}" has run ${run} without ${pending.map(({ name }) => name).join(", ")}. ` +
        "Two versions gave their steps the same numbers: rename the steps that were run last.",
      { schema, migrations: run },
    );
  }
  return { pending, newer: newer.map(({ name }) => name) };
}

/** The step that a program must know, at least, to run beside a schema that has run all of these. Never an older one than after fewer of them. */
export function leastStepOf(migrations: readonly Migration[]): string {
  return migrations.reduce((least, { name, compatible }) => {
    if (compatible === undefined) return name;
    // Names begin with their numbers.
    return compatible === true || compatible < least ? least : compatible;
  }, migrations[0]?.name ?? "");
}

/** Checks the schema's name, and names and order of a list of steps; a mistake here is the programmer's. */
export function checkMigrationList(schema: string, migrations: readonly Migration[]): void {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) throw new RangeError(`"${schema}" is not a plain schema name`);
  for (const [index, { name, compatible }] of migrations.entries()) {
    if (typeof compatible === "string" && !migrations.slice(0, index).some((step) => step.name === compatible)) {
      throw new RangeError(`migration "${name}" is compatible with "${compatible}", which is no step before it`);
    }
    const prefix = `${String(index + 1).padStart(4, "0")}-`;
    if (!/^\d{4}-[a-z0-9-]+$/.test(name) || !name.startsWith(prefix)) {
      throw new RangeError(`migration "${name}" must be called ${prefix}<lower-case-title>, by its place in the list`);
    }
  }
}

function refusal(message: string, metadata: Record<string, string>): SwitchyardError {
  return new SwitchyardError("PRECONDITION_FAILED", message, metadata);
}
