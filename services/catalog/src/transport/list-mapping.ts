import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  FieldCondition_Operator as Operator,
  type ListDocumentsRequest,
  type ListDocumentsResponseSchema,
} from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { DocumentList } from "../domain/write-list.js";
import type { ListRequest } from "../domain/list-request.js";
import type { ConditionOperator } from "../model/list-query.js";
import { checkCount, checkName, checkNumber, invalidField } from "./check-request.js";
import { documentToProto } from "./document-to-proto.js";

const operators: Readonly<Record<Operator, ConditionOperator>> = {
  [Operator.UNSPECIFIED]: "equal",
  [Operator.EQUAL]: "equal",
  [Operator.NOT_EQUAL]: "notEqual",
  [Operator.LESS]: "less",
  [Operator.LESS_OR_EQUAL]: "lessOrEqual",
  [Operator.GREATER]: "greater",
  [Operator.GREATER_OR_EQUAL]: "greaterOrEqual",
  [Operator.PRESENT]: "present",
  [Operator.ABSENT]: "absent",
  [Operator.PREFIX]: "prefix",
  [Operator.MATCHES]: "matches",
  [Operator.CONTAINS]: "contains",
};

const defaultPageSize = 100;

/**
 * Reads what a list asks for.
 *
 * @throws SwitchyardError INVALID_ARGUMENT with `field`
 */
export function listRequestFromProto(request: ListDocumentsRequest): ListRequest {
  checkCount(request.where.length, "where", 0, 32);
  checkCount(request.orderBy.length, "order_by", 0, 8);
  checkCount(request.facets.length, "facets", 0, 16);
  checkCount(request.maxima.length, "maxima", 0, 16);
  return {
    namespace: request.namespace,
    collection: checkName(request.collection, "collection"),
    where: request.where.map(({ field, operator, values }, index) => {
      const known = operators[operator];
      if (known === undefined) throw invalidField(`where[${index}].operator`, "is not known");
      return { field, operator: known, values };
    }),
    orders: request.orderBy.map(({ field, descending, absentFirst }) => ({ field, descending, absentFirst })),
    pageSize: request.pageSize === 0 ? defaultPageSize : checkNumber(request.pageSize, "page_size", 1, 1_000),
    pageToken: request.pageToken,
    skip: request.skip,
    wantTotal: request.wantTotal,
    facets: request.facets,
    omitBodies: request.omitBodies,
    maxima: request.maxima,
  };
}

/** Writes a list. */
export function listToProto(
  request: ListRequest,
  list: DocumentList,
): MessageInitShape<typeof ListDocumentsResponseSchema> {
  return {
    documents: list.documents.map((document) => documentToProto(request.namespace, request.collection, document)),
    nextPageToken: list.nextPageToken,
    total: BigInt(list.total),
    facets: list.facets.map(({ field, values }) => ({
      field,
      values: values.map(({ value, count }) => ({ value, count: BigInt(count) })),
    })),
    maxima: { ...list.maxima },
  };
}
