import { collections, soleKeys } from "@switchyard/pipeline-model";
import { isJsonObject } from "../../../json/parse-json.js";
import { type Body, type DocumentContext, readDocument } from "../documents/document-store.js";
import { failed } from "../errors.js";
import type { VersionChange } from "./versioned-document.js";

const place = { collection: collections.masterCvMetadata, docId: soleKeys.masterCv };

/** The metadata as it is kept; undefined when there is none. */
export async function readMetadata(context: DocumentContext): Promise<Body | undefined> {
  return (await readDocument(context, place.collection, place.docId))?.body;
}

/** The metadata in answers. */
export function metadataView(body: Body): Body {
  const { version, updated_at, updated_by, candidate = {}, roles = [] } = body;
  return { version, updated_at, updated_by, candidate, roles };
}

/** The roles that the metadata lists. */
export function metadataRoles(body: Body | undefined): readonly Body[] {
  const roles = body?.["roles"];
  return Array.isArray(roles) ? roles.filter(isJsonObject) : [];
}

/** Replaces the candidate and the list of roles. */
export function replaceMetadata({ candidate = {}, roles = [] }: Body): VersionChange {
  return { ...place, content: () => ({ candidate, roles }) };
}

/**
 * Changes one role of the list: members that are named replace those that are there. A role that is not there is added as it
 * was sent.
 *
 * @throws PipelineError 500 when there is no metadata
 */
export function changeMetadataRole(roleId: string, members: Body): VersionChange {
  return {
    ...place,
    content(present) {
      if (present === undefined) throw failed("Failed to update role metadata");
      const roles = metadataRoles(present);
      const isThere = roles.some(({ id }) => id === roleId);
      const next = isThere
        ? roles.map((role) => (role["id"] === roleId ? { ...role, ...members } : role))
        : [...roles, members];
      return { ...present, roles: next };
    },
  };
}
