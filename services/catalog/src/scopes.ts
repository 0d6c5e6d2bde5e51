import type { ScopeTable } from "@switchyard/service-kit";

/** What a token needs for each method. */
export const catalogScopes: ScopeTable = {
  "switchyard.catalog.v1.CatalogService/DeclareCollection": "admin",
  "switchyard.catalog.v1.CatalogService/GetDocument": "read",
  "switchyard.catalog.v1.CatalogService/BatchGetDocuments": "read",
  "switchyard.catalog.v1.CatalogService/ListDocuments": "read",
  "switchyard.catalog.v1.CatalogService/WriteDocuments": "submit",
  "switchyard.catalog.v1.CoordinationService/*": "submit",
};
