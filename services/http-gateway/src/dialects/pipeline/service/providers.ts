import type { PipelineConfig } from "../config.js";
import {
  type FirecrawlCredits,
  type OpenrouterCredits,
  readFirecrawlCredits,
  readOpenrouterCredits,
} from "./credits.js";
import { type LlmStatus, readLlmStatus } from "./llm-status.js";
import { remembered } from "./remembered.js";

/** What services of the outside say about themselves; each is asked now and then only. */
export interface Providers {
  readonly llm: () => Promise<LlmStatus>;
  readonly firecrawl: () => Promise<FirecrawlCredits>;
  readonly openrouter: () => Promise<OpenrouterCredits>;
}

const statusMs = 10_000;
const creditsMs = 30_000;

/** Makes the questions. */
export function createProviders(config: PipelineConfig): Providers {
  return {
    llm: remembered(statusMs, () => readLlmStatus(config)),
    firecrawl: remembered(creditsMs, () => readFirecrawlCredits(config.scraper)),
    openrouter: remembered(creditsMs, () => readOpenrouterCredits(config.openrouter)),
  };
}
