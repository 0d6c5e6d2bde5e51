import type { ProfileCommands } from "../driver/profile-commands.js";
import type { ClientCommands } from "../ours/client-commands.js";
import type { MemoryUse } from "../ours/services-commands.js";
import type { Remote } from "./child.js";

/** What only our own services are asked. */
export interface OursControls {
  readonly client: Remote<ClientCommands>;
  memory(): Promise<MemoryUse>;
  /** Kills the services and starts them again; client and runner are started anew. Answers how long it took. */
  restart(): Promise<Restart>;
  /** The processes that can be profiled, by name. */
  profiled(): Readonly<Record<string, Remote<ProfileCommands>>>;
}

/** How long a start took, in seconds. */
export interface Restart {
  /** From the start of the process until every call is answered: Node, modules, migrations checked, open work loaded. */
  readonly process: number;
  /** The scheduler's part: shard taken and open work loaded. */
  readonly scheduler: number;
}
