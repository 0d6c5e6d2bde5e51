export { loadRunnerGatewayConfig, type RunnerGatewayConfig } from "./config.js";
export { type Clock, systemClock } from "./domain/clock.js";
export { migrateRunnerGateway, migrations, schema } from "./migrations/index.js";
export {
  createRunnerGateway,
  type RunnerGateway,
  type RunnerGatewayDeps,
  type RunnerGatewaySettings,
} from "./runner-gateway.js";
export { runnerGatewayScopes } from "./transport/scopes.js";
