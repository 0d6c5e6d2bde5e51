import { loadConfig, text } from "@switchyard/service-kit";
import { loadCatalogConfig } from "../../services/catalog/src/config.js";
import { loadCoreAddresses, loadHttpGatewayConfig } from "../../services/http-gateway/src/config.js";
import { loadLogStoreConfig } from "../../services/log-store/src/config.js";
import { loadWorkerProcessConfig } from "../../services/pipeline-worker/src/process-config.js";
import { loadRunnerGatewayConfig } from "../../services/runner-gateway/src/config.js";
import { loadRunnerConfig } from "../../services/runner/src/config.js";
import { loadSchedulerConfig } from "../../services/scheduler/src/config.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** What each program's main reads its settings with. */
const loaders: Readonly<Record<string, readonly ((env: Environment) => unknown)[]>> = {
  scheduler: [loadSchedulerConfig],
  "runner-gateway": [loadRunnerGatewayConfig],
  "log-store": [loadLogStoreConfig],
  catalog: [loadCatalogConfig],
  "http-gateway": [loadHttpGatewayConfig, loadCoreAddresses],
  runner: [loadRunnerConfig],
  "pipeline-worker": [loadWorkerProcessConfig],
  // Its main reads two settings, itself.
  migrate: [(env) => loadConfig({ DATABASE_URL: text(), SCHEDULER_SHARD_DATABASES: text().optional() }, env)],
};

/** Read by what the programs are made of: the logger, Node, the SDKs of OpenTelemetry and of the object store. */
const readBelow = [
  ...["LOG_LEVEL", "HOME", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"],
  ...["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"],
  ...["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"],
];
const readBySdk = { catalog: ["AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION"] };

/**
 * Names of the environment variables that a program reads, those that name files of secrets (`X_FILE`) among them. Found out by letting the
 * program's own loaders read an environment that notes what it is asked for.
 */
export function environmentOf(program: string): ReadonlySet<string> {
  const names = new Set<string>([...readBelow, ...(readBySdk[program as keyof typeof readBySdk] ?? [])]);
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return undefined;
      },
    },
  );
  for (const load of loaders[program] ?? unknownProgram(program)) {
    try {
      load(env);
    } catch (error) {
      // Required settings are missing, which is said after all have been read.
      if ((error as Error).name !== "ConfigError") throw error;
    }
  }
  return names;
}

/** The programs whose settings are known. */
export const programNames: readonly string[] = Object.keys(loaders);

function unknownProgram(program: string): never {
  throw new Error(`${program} is no program of the image`);
}
