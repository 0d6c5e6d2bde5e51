import {
  createRunner,
  type JobContext,
  type JobHandlers,
  retrying,
  type Runner,
  type SwitchyardClient,
} from "@switchyard/client";
import { operations } from "@switchyard/pipeline-model";
import type { Logger, RunnerCounts } from "@switchyard/service-kit";
import { declareCollections } from "./documents/declare-collections.js";
import { handlers } from "./handlers.js";
import { createMask } from "./lines/mask.js";
import { createLlmClient } from "./llm/llm-endpoint.js";
import { createPageGuard } from "./pages/page-guard.js";
import type { SharedDeps } from "./run/create-context.js";
import { executeOperation } from "./run/execute-operation.js";
import type { WorkerSettings } from "./settings.js";

/** What a worker is given. */
export interface PipelineWorkerDeps {
  /** Reaches the runner gateway and the catalog; the caller closes it. */
  readonly client: Pick<SwitchyardClient, "runners" | "catalog" | "artifacts">;
  readonly settings: WorkerSettings;
  readonly logger: Logger;
  /** A name for people. */
  readonly name: string;
  /** To be the same runner after a restart; what an earlier process held is given back then. */
  readonly runnerId?: string;
}

/** The runner behind the pipeline dialect. */
export interface PipelineWorker {
  readonly runner: Runner;
  /** What it does now, for metrics. */
  readonly counts: RunnerCounts;
  /** Settles when the collections are declared and the runner is registered. */
  start(): Promise<void>;
  /** Takes nothing new, waits `drainMs` (default 30,000) for what runs, and gives back what is left. */
  stop(drainMs?: number): Promise<void>;
}

/** Puts the handlers of all operations behind a runner. Nothing runs before `start`. */
export function createPipelineWorker(deps: PipelineWorkerDeps): PipelineWorker {
  const { client, settings, logger, name, runnerId } = deps;
  const leaving = new AbortController();
  const runner = createRunner({
    ...{ client, name, namespace: settings.namespace, slots: settings.slots },
    handlers: jobHandlers(sharedDeps(deps)),
    onWarning: (message, facts) => logger.warn(facts, message),
    ...(runnerId === undefined ? {} : { runnerId }),
  });
  return {
    runner,
    get counts() {
      return { state: runner.state, activeCount: runner.activeCount, slots: settings.slots };
    },
    async start() {
      const { signal } = leaving;
      await retrying(() => declareCollections(client.catalog, settings.namespace, signal), { signal });
      await runner.start();
      const { slots, namespace, llm } = settings;
      logger.info({ id: runner.id, namespace, slots, llm: llm?.baseUrl ?? "none" }, "registered");
    },
    async stop(drainMs = 30_000) {
      leaving.abort();
      await runner.stop(drainMs);
    },
  };
}

function sharedDeps({ client, settings }: PipelineWorkerDeps): SharedDeps {
  const { llm, sources, fetch } = settings;
  const { himalayasApiUrl, indeedGraphqlUrl, indeedBaseUrl, baytBaseUrl, linkedinBaseUrl } = sources;
  const bases = [himalayasApiUrl, indeedGraphqlUrl, indeedBaseUrl, baytBaseUrl, linkedinBaseUrl];
  const headers = Object.entries(sources.indeedGraphqlHeaders).filter(([header]) =>
    /key|token|auth|cookie/i.test(header),
  );
  const secrets = [llm?.apiKey, settings.scraperApiKey, ...headers.map(([, value]) => value)];
  return {
    ...{ client, settings },
    llmClient: llm && createLlmClient(llm),
    guard: createPageGuard(
      fetch,
      bases.map((base) => new URL(base).hostname),
    ),
    mask: createMask(secrets),
  };
}

/** A handler for every kind: several kinds are words for the same work. */
function jobHandlers(shared: SharedDeps): JobHandlers {
  return Object.fromEntries(
    Object.entries(operations).map(([kind, { handler }]) => [
      kind,
      (job: JobContext) => executeOperation(shared, handlers[handler], job),
    ]),
  );
}
