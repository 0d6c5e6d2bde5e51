export { type ArtifactSettings, artifactSettings, checkArtifactSettings } from "./artifact-settings.js";
export { BlobMissing, type BlobStore, type ByteRange } from "./blobs/blob-store.js";
export { createBlobStore } from "./blobs/create-blob-store.js";
export { type Catalog, type CatalogDeps, createCatalog } from "./catalog.js";
export { type CatalogConfig, loadCatalogConfig } from "./config.js";
export { catalogSchema, migrateCatalog, migrateCatalogOn } from "./migrate.js";
export { catalogScopes } from "./scopes.js";
