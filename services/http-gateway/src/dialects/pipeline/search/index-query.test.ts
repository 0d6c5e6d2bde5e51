import { FieldCondition_Operator as Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { expect, it } from "vitest";
import { indexList } from "./index-query.js";

const plain = { remoteOnly: false, includeHidden: true, offset: 0 };

it("asks for everything, newest first, with counts", () => {
  expect(indexList(plain)).toEqual({
    where: [],
    orderBy: [{ field: "discovered_at", descending: true, absentFirst: false }],
    skip: 0,
    wantTotal: true,
    facets: ["source", "region", "is_remote"],
  });
});

it("asks with every filter", () => {
  const { where, orderBy, skip } = indexList({
    q: "staff engineer",
    sources: "bayt, indeed,,bayt",
    regions: "gulf",
    remoteOnly: true,
    promoted: false,
    includeHidden: false,
    minScore: 70,
    sortBy: "quick_score",
    sortOrder: "asc",
    offset: 100,
  });
  expect(where).toEqual([
    { field: "text", operator: Operator.MATCHES, values: ['"staff engineer"'] },
    { field: "source", operator: Operator.EQUAL, values: ['"bayt"', '"indeed"'] },
    { field: "region", operator: Operator.EQUAL, values: ['"gulf"'] },
    { field: "is_remote", operator: Operator.EQUAL, values: ["true"] },
    { field: "promoted", operator: Operator.NOT_EQUAL, values: ["true"] },
    { field: "hidden", operator: Operator.NOT_EQUAL, values: ["true"] },
    { field: "score", operator: Operator.GREATER_OR_EQUAL, values: ["70"] },
  ]);
  expect(orderBy).toEqual([{ field: "score", descending: false, absentFirst: true }]);
  expect(skip).toBe(100);
});

it("sorts by the time of discovery where a name is none that it knows", () => {
  expect(indexList({ ...plain, sortBy: "toString" }).orderBy?.[0]).toMatchObject({ field: "discovered_at" });
});
