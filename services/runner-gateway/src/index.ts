export { loadRunnerGatewayConfig, type RunnerGatewayConfig } from "./config.js";
export { migrateRunnerGateway, runnersSchema } from "./migrations/index.js";
export {
  createRunnerGateway,
  type RunnerGateway,
  type RunnerGatewayDeps,
  type RunnerGatewaySettings,
} from "./runner-gateway.js";
export type { RunnerStore } from "./store/runner-store.js";
export { runnerGatewayAudited, runnerGatewayScopes } from "./transport/scopes.js";
