export { collections, type DeclaredCollection, type DeclaredField, soleKeys } from "./collections.js";
export { collectionDeclarations } from "./declaration.js";
export type { JobInput } from "./job-input.js";
export { type LayerStatus, layerStatuses, pipelineLayers } from "./layers.js";
export { concurrencyKeys, defaultNamespace, lineStream, metricNames, queues, rankClasses } from "./names.js";
export {
  type HandlerName,
  type OperationFacts,
  operations,
  queueOperationOf,
  queueOperations,
} from "./operations.js";
export type { OperationResult } from "./result.js";
export {
  searchPresets,
  searchRegions,
  searchSources,
  searchTermOf,
  type SearchRegion,
  type SearchSource,
  type TitlePreset,
} from "./search-presets.js";
export { costOf, type ModelTier, modelTierOf, type TaskType, type TierFacts, tiers } from "./tiers.js";
