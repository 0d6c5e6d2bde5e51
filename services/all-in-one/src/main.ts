import { createLogger, runUntilSignal, startTelemetry } from "@switchyard/service-kit";
import { loadSystemConfig } from "./config.js";
import { startSystem, type System } from "./system.js";
import { readyText } from "./ready-text.js";

startTelemetry({ name: "switchyard" });
const config = loadSystemConfig();
const logger = createLogger({ name: "switchyard" });
let system: System | undefined;

await runUntilSignal({
  logger,
  async start() {
    system = await startSystem(config, logger);
    process.stdout.write(readyText(system));
  },
  async stop() {
    await system?.stop();
  },
});
