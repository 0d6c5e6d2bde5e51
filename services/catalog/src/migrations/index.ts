import type { Migration } from "@switchyard/postgres";
import { documentsMigration } from "./0001-documents.js";
import { coordinationMigration } from "./0002-coordination.js";
import { artifactsMigration } from "./0003-artifacts.js";
import { documentsOrderMigration } from "./0004-documents-order.js";
import { documentChangesMigration } from "./0005-document-changes.js";

/** Every step of schema `catalog`, in order. */
export const migrations: readonly Migration[] = [
  documentsMigration,
  coordinationMigration,
  artifactsMigration,
  documentsOrderMigration,
  documentChangesMigration,
];
