import type { CoreClients } from "../../core/clients.js";
import type { JanitorConfig } from "./config.js";

/** What all of the dialect's functions need that read or write something. */
export interface Core {
  readonly core: CoreClients;
  readonly config: JanitorConfig;
}
