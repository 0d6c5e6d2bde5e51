import type { Body, DocumentContext } from "../documents/document-store.js";
import { countHistory } from "./history.js";
import { metadataRoles, metadataView, readMetadata, replaceMetadata } from "./metadata.js";
import { listRoles, replaceRole, type RoleContent, roleView } from "./role-documents.js";
import { readTaxonomy, replaceTaxonomy, taxonomyView } from "./taxonomy.js";
import { type ChangeNote, versionOf, writeVersions } from "./versioned-document.js";

/** Everything that the master CV consists of, as it is kept. */
export interface WholeCv {
  readonly metadata: Body | undefined;
  readonly taxonomy: Body | undefined;
  /** Documents of the roles, by id. */
  readonly roles: readonly Body[];
}

/** Reads the whole master CV. */
export async function readWholeCv(context: DocumentContext): Promise<WholeCv> {
  const [metadata, taxonomy, roles] = await Promise.all([
    readMetadata(context),
    readTaxonomy(context),
    listRoles(context),
  ]);
  return { metadata, taxonomy, roles };
}

/** The whole master CV in answers. */
export function wholeCvView({ metadata, taxonomy, roles }: WholeCv): object {
  return {
    metadata: metadata === undefined ? null : metadataView(metadata),
    taxonomy: taxonomy === undefined ? null : taxonomyView(taxonomy),
    roles: roles.map(roleView),
  };
}

/** The parts that a caller replaces; those that are left out stay. */
export interface CvParts {
  readonly metadata?: Body;
  readonly taxonomy?: Body;
  readonly roles?: readonly (RoleContent & { readonly role_id: string })[];
}

/** Replaces parts in one step. Answers with their new versions, those of the roles by id. */
export async function replaceParts(context: DocumentContext, parts: CvParts, note: ChangeNote): Promise<object> {
  // Of a role that is named twice the last counts, as it would if they were written one after the other.
  const roles = [...new Map((parts.roles ?? []).map((role) => [role.role_id, role])).values()];
  const named = [
    ...(parts.metadata === undefined ? [] : [["metadata", replaceMetadata(parts.metadata)] as const]),
    ...(parts.taxonomy === undefined ? [] : [["taxonomy", replaceTaxonomy(parts.taxonomy)] as const]),
    ...roles.map((role) => [`role:${role.role_id}`, replaceRole(role.role_id, role)] as const),
  ];
  if (named.length === 0) return {};
  const changes = named.map(([, change]) => change);
  const versions = await writeVersions(context, changes, note);
  return Object.fromEntries(named.map(([name], index) => [name, versions[index]]));
}

/** Numbers about the master CV. Whoever reads them has reached the documents. */
export async function cvStats(context: DocumentContext): Promise<Body> {
  const [metadata, taxonomy, entries] = await Promise.all([
    readMetadata(context),
    readTaxonomy(context),
    countHistory(context),
  ]);
  return {
    mongodb_connected: true,
    metadata_version: metadata === undefined ? null : versionOf(metadata),
    taxonomy_version: taxonomy === undefined ? null : versionOf(taxonomy),
    roles_count: metadataRoles(metadata).length,
    history_entries: entries,
  };
}
