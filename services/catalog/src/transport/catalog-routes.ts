import { route, type ServiceRoute } from "@switchyard/rpc";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { declareCollection } from "../domain/declare-collection.js";
import { batchGetDocuments, getDocument } from "../domain/get-documents.js";
import { listDocuments } from "../domain/list-documents.js";
import type { Memories } from "../domain/memory/memories.js";
import { writeDocuments } from "../domain/write-documents.js";
import type { Db } from "../store/database.js";
import { checkCount, checkKey, checkName, checkNumber, invalidField } from "./check-request.js";
import { collectionToProto, fieldsFromProto } from "./collection-mapping.js";
import { documentToProto } from "./document-to-proto.js";
import { enterNamespace } from "./enter-namespace.js";
import { listRequestFromProto, listToProto } from "./list-mapping.js";
import { writeResultToProto, writesFromProto } from "./write-mapping.js";

/** Serves documents. */
export function createCatalogRoute(db: Db, memories: Memories): ServiceRoute {
  return route(CatalogService, {
    async declareCollection({ collection }, context) {
      if (collection === undefined) throw invalidField("collection", "is not set");
      const namespace = enterNamespace(context, collection.namespace, "collection.namespace");
      const name = checkName(collection.name, "collection.name");
      const fields = await declareCollection(db, namespace, name, fieldsFromProto(collection.fields));
      return { collection: collectionToProto(namespace, name, fields) };
    },
    async getDocument(request, context) {
      const namespace = enterNamespace(context, request.namespace);
      const collection = checkName(request.collection, "collection");
      const document = await getDocument(db, namespace, collection, nameOf(request.by));
      return { document: documentToProto(namespace, collection, document) };
    },
    async batchGetDocuments({ keys, ...request }, context) {
      const namespace = enterNamespace(context, request.namespace);
      const collection = checkName(request.collection, "collection");
      checkCount(keys.length, "keys", 0, 1_000);
      for (const [index, key] of keys.entries()) checkKey(key, `keys[${index}]`);
      const documents = await batchGetDocuments(db, namespace, collection, keys);
      return { documents: documents.map((document) => documentToProto(namespace, collection, document)) };
    },
    async listDocuments(message, context) {
      enterNamespace(context, message.namespace);
      const request = listRequestFromProto(message);
      return listToProto(request, await listDocuments(db, request, memories));
    },
    async writeDocuments({ namespace, writes }, context) {
      enterNamespace(context, namespace);
      const results = await writeDocuments(db, namespace, writesFromProto(writes));
      return { results: results.map(writeResultToProto) };
    },
  });
}

type By = { case: "key"; value: string } | { case: "number"; value: bigint } | { case: undefined; value?: undefined };

function nameOf(by: By): { readonly key: string } | { readonly number: number } {
  if (by.case === "key") return { key: checkKey(by.value, "key") };
  if (by.case === "number") return { number: checkNumber(Number(by.value), "number", 1, Number.MAX_SAFE_INTEGER) };
  throw invalidField("by", "is not set");
}
