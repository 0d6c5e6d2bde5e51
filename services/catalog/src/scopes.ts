import type { ScopeTable } from "@switchyard/service-kit";

/** What a token needs for each method. Those who only run work may upload staged files, and nothing else. */
export const catalogScopes: ScopeTable = {
  "switchyard.catalog.v1.CatalogService/DeclareCollection": "admin",
  "switchyard.catalog.v1.CatalogService/GetDocument": "read",
  "switchyard.catalog.v1.CatalogService/BatchGetDocuments": "read",
  "switchyard.catalog.v1.CatalogService/ListDocuments": "read",
  "switchyard.catalog.v1.CatalogService/WriteDocuments": "submit",
  "switchyard.catalog.v1.ArtifactService/GetArtifact": "read",
  "switchyard.catalog.v1.ArtifactService/ListArtifacts": "read",
  "switchyard.catalog.v1.ArtifactService/DownloadArtifact": "read",
  "switchyard.catalog.v1.ArtifactService/UploadArtifact": ["submit", "run"],
  "switchyard.catalog.v1.ArtifactService/CommitArtifacts": "submit",
  "switchyard.catalog.v1.ArtifactService/DeleteArtifacts": "submit",
  "switchyard.catalog.v1.CoordinationService/*": "submit",
};
