import { reasonOf } from "@switchyard/errors";
import type { Document } from "@switchyard/proto/switchyard/catalog/v1/document_pb";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { SiloContext } from "../context.js";
import { notFound } from "../errors.js";
import { type Definition, definitionText, readDefinition } from "./definition.js";

/** The collection of job definitions, by name. */
export const definitionCollection = "definitions";

type Core = Pick<SiloContext, "core" | "config">;

/**
 * Keeps a definition. One with the same content keeps its version; the catalog compares and counts, so that any number of
 * gateways may do this at once.
 */
export async function putDefinition(
  { core, config: { namespace } }: Core,
  name: string,
  document: JsonDocument,
): Promise<{ readonly definition: Definition; readonly created: boolean }> {
  const text = definitionText(name, document);
  const put = { body: Buffer.from(text), keepRevisionIfEqual: true };
  const writes = [{ collection: definitionCollection, key: name, operation: { case: "put" as const, value: put } }];
  const { results } = await core.documents.writeDocuments({ namespace, writes });
  const { revision = 1n, created = false } = results[0] ?? {};
  return { definition: readDefinition(text, Number(revision)), created };
}

/**
 * Reads a definition.
 *
 * @throws SiloError 404
 */
export async function getDefinition({ core, config: { namespace } }: Core, name: string): Promise<Definition> {
  requireName(name);
  const by = { case: "key" as const, value: name };
  const { document } = await core.documents
    .getDocument({ namespace, collection: definitionCollection, by })
    .catch((error: unknown) => {
      throw reasonOf(error) === "DOCUMENT_NOT_FOUND" ? definitionNotFound(name) : error;
    });
  if (document === undefined) throw definitionNotFound(name);
  return fromDocument(document);
}

/** Reads every definition, by name. */
export async function* listDefinitions({ core, config: { namespace } }: Core): AsyncGenerator<Definition> {
  let pageToken = "";
  do {
    const orderBy = [{ field: "key" }];
    const page = await core.documents.listDocuments({
      namespace,
      collection: definitionCollection,
      orderBy,
      pageSize: 1000,
      pageToken,
    });
    for (const document of page.documents) yield fromDocument(document);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/**
 * Deletes a definition; the jobs that were made with it keep their own copy.
 *
 * @throws SiloError 404
 */
export async function deleteDefinition({ core, config: { namespace } }: Core, name: string): Promise<void> {
  requireName(name);
  const write = {
    collection: definitionCollection,
    key: name,
    operation: { case: "delete" as const, value: {} },
    expect: { present: true },
  };
  await core.documents.writeDocuments({ namespace, writes: [write] }).catch((error: unknown) => {
    throw reasonOf(error) === "PRECONDITION_FAILED" ? definitionNotFound(name) : error;
  });
}

const definitionNotFound = (name: string) => notFound(`job definition ${name}`);

/** No other name can have been kept, and some would be no key at all. */
function requireName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(name)) throw definitionNotFound(name);
}

function fromDocument({ body, revision }: Document): Definition {
  return readDefinition(new TextDecoder().decode(body), Number(revision));
}
