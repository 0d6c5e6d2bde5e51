import type { AuditedMethods, ScopeTable } from "@switchyard/service-kit";

/** What each method of this service asks of its caller. */
export const runnerGatewayScopes: ScopeTable = {
  "switchyard.runner.v1.RunnerService/*": "run",
  "switchyard.runner.v1.FleetService/ListRunners": "read",
  "switchyard.runner.v1.FleetService/GetRunner": "read",
  "switchyard.runner.v1.FleetService/GetPool": "read",
  "switchyard.runner.v1.FleetService/WatchPools": "run",
  "switchyard.runner.v1.FleetService/CheckCredential": "run",
  "switchyard.runner.v1.FleetService/DrainRunner": "admin",
  "switchyard.runner.v1.FleetService/RevokeRunner": "admin",
  "switchyard.runner.v1.FleetService/IssueCredential": "admin",
  "switchyard.runner.v1.FleetService/ScalePool": "admin",
  "switchyard.auth.v1.TokenService/*": "admin",
  // Whoever knows the digest of a token has seen the token.
  "switchyard.auth.v1.TokenService/CheckToken": "any",
  "switchyard.auth.v1.TokenService/DescribeCaller": "any",
};

/** A registration may hand out a credential. */
export const runnerGatewayAudited: AuditedMethods = { also: ["switchyard.runner.v1.RunnerService/RegisterRunner"] };
