import { collections } from "@switchyard/pipeline-model";
import { type Body, type DocumentContext, listDocuments, readDocument } from "../documents/document-store.js";
import { notFound } from "../errors.js";
import type { VersionChange } from "./versioned-document.js";

const collection = collections.masterCvRoles;

/** Characters of a role's id: it is a part of keys, which have a length. */
export const maxRoleIdLength = 100;

/** What a caller writes of a role. */
export interface RoleContent {
  readonly markdown_content: string;
  readonly parsed?: Body | null;
}

/** Every role as it is kept, by id. */
export async function listRoles(context: DocumentContext): Promise<readonly Body[]> {
  const { documents } = await listDocuments(context, collection, { orderBy: [{ field: "key" }] });
  return documents.map(({ body }) => body);
}

/** One role as it is kept. @throws PipelineError 404 */
export async function requireRole(context: DocumentContext, roleId: string): Promise<Body> {
  const document = roleId.length > maxRoleIdLength ? undefined : await readDocument(context, collection, roleId);
  if (document === undefined) throw notFound(`Role ${roleId} not found`);
  return document.body;
}

/** A role in answers. */
export function roleView({
  role_id,
  version,
  updated_at,
  updated_by,
  markdown_content = "",
  parsed = null,
}: Body): Body {
  return { role_id, version, updated_at, updated_by, markdown_content, parsed };
}

/** Makes a role, or replaces what is there. */
export function replaceRole(roleId: string, { markdown_content, parsed = null }: RoleContent): VersionChange {
  return { collection, docId: roleId, content: () => ({ role_id: roleId, markdown_content, parsed }) };
}
