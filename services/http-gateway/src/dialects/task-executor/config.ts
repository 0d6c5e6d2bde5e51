import { flag, hostPort, integer, text } from "@switchyard/service-kit";
import { z } from "zod";
import { hostName } from "../../http/host-name.js";

/** How lists and empty claims look: as the API's document says, or as its deployed code answered. */
export type ResponseShape = "documented" | "deployed";

/** Settings of the dialect. */
export interface TaskExecutorConfig {
  /** `host:port` of a listener of its own. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. */
  readonly hostName: string | undefined;
  /** The core's namespace that the dialect shows. */
  readonly namespace: string;
  /** The shape of requests that ask for none. */
  readonly shape: ResponseShape;
  /** Accept only worker ids of the form `worker-001-kind`. */
  readonly strictWorkerIds: boolean;
  /** Limit of a task that names none, in minutes. */
  readonly defaultTimeoutMinutes: number;
  /** `max_steps` of a task that names none. */
  readonly defaultMaxSteps: number;
  /** Priority of a task that names none, 0 to 10, higher first. */
  readonly defaultPriority: number;
  /** How long a worker counts as present after a call, in seconds. */
  readonly workerHeartbeatTimeoutSeconds: number;
  /** What every request but probes must carry as bearer token. Undefined: none. */
  readonly token: string | undefined;
  /** Requests a minute from one client address, counted over all replicas. Undefined: no limit. */
  readonly rateLimit: number | undefined;
}

/** The dialect's environment variables. */
export const taskExecutorEnvironment = {
  DIALECT_TASK_EXECUTOR_LISTEN: hostPort().optional(),
  DIALECT_TASK_EXECUTOR_HOSTNAME: hostName().optional(),
  TASK_EXECUTOR_NAMESPACE: text().default("task-executor"),
  TASK_EXECUTOR_SHAPE: z.enum(["documented", "deployed"]).default("documented"),
  STRICT_WORKER_IDS: flag().default(false),
  DEFAULT_TIMEOUT_MINUTES: integer({ min: 1, max: 180 }).default(30),
  DEFAULT_MAX_STEPS: integer({ min: 1, max: 1000 }).default(30),
  DEFAULT_PRIORITY: integer({ min: 0, max: 10 }).default(5),
  WORKER_HEARTBEAT_TIMEOUT: integer({ min: 1, max: 86_400 }).default(60),
  TASK_EXECUTOR_TOKEN: text(8).optional(),
  TASK_EXECUTOR_RATE_LIMIT: integer({ min: 1, max: 1_000_000_000 }).optional(),
};

type Environment = {
  readonly [Name in keyof typeof taskExecutorEnvironment]: z.output<(typeof taskExecutorEnvironment)[Name]>;
};

/** Names the settings as the code does. */
export function taskExecutorConfig(env: Environment): TaskExecutorConfig {
  return {
    listen: env.DIALECT_TASK_EXECUTOR_LISTEN,
    hostName: env.DIALECT_TASK_EXECUTOR_HOSTNAME,
    namespace: env.TASK_EXECUTOR_NAMESPACE,
    shape: env.TASK_EXECUTOR_SHAPE,
    strictWorkerIds: env.STRICT_WORKER_IDS,
    defaultTimeoutMinutes: env.DEFAULT_TIMEOUT_MINUTES,
    defaultMaxSteps: env.DEFAULT_MAX_STEPS,
    defaultPriority: env.DEFAULT_PRIORITY,
    workerHeartbeatTimeoutSeconds: env.WORKER_HEARTBEAT_TIMEOUT,
    token: env.TASK_EXECUTOR_TOKEN,
    rateLimit: env.TASK_EXECUTOR_RATE_LIMIT,
  };
}
