/** The layers of a pipeline run in their order; the two researches go side by side. */
export const pipelineLayers = [
  "intake",
  "pain_points",
  "company_research",
  "role_research",
  "opportunity_mapping",
  "people_mapping",
  "output_generation",
  "output_publishing",
] as const;

/** Words for the state of a layer of an operation. */
export const layerStatuses = [
  "pending",
  "processing",
  "success",
  "failed",
  "error",
  "skipped",
  "warning",
  "retrying",
  "running",
  "completed",
] as const;

/** A word for the state of a layer. */
export type LayerStatus = (typeof layerStatuses)[number];
