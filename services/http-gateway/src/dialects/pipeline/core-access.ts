import type { CoreClients } from "../../core/clients.js";
import type { PipelineConfig } from "./config.js";

/** What it takes to ask the core. */
export interface CoreAccess {
  readonly core: CoreClients;
  readonly config: PipelineConfig;
}
