export { type ArtifactSettings, artifactPlace, artifactSettings, checkArtifactSettings } from "./artifact-settings.js";
export { type Catalog, type CatalogDeps, createCatalog } from "./catalog.js";
export { type CatalogConfig, loadCatalogConfig } from "./config.js";
export { catalogSchema, migrateCatalog, migrateCatalogOn } from "./migrate.js";
export { catalogScopes } from "./scopes.js";
