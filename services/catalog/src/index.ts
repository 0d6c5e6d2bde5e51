export { type Catalog, type CatalogDeps, createCatalog } from "./catalog.js";
export { type CatalogConfig, loadCatalogConfig } from "./config.js";
export { migrateCatalog, migrateCatalogOn, schema as catalogSchema } from "./migrate.js";
export { migrations as catalogMigrations } from "./migrations/index.js";
export { catalogScopes } from "./scopes.js";
