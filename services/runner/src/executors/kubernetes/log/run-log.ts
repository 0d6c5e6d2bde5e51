import type { JobContext } from "@switchyard/client";
import type { Cluster } from "../cluster.js";
import { containerName } from "../job-manifest.js";
import type { RunView } from "../run-view.js";
import { followLog } from "./follow-log.js";

/** The output of an attempt's container, on its way to the job's log. */
export interface RunLog {
  /** Begins, as soon as the container has started; once. */
  follow(): void;
  /** The container has ended: settles when all of its output was passed on, or what is missing was given up. */
  finish(): Promise<void>;
  /** Gives up what is left. */
  stop(): void;
}

/** What is around an attempt's output. */
export interface RunLogOptions {
  readonly cluster: Pick<Cluster, "api" | "paths">;
  readonly context: JobContext;
  readonly view: RunView;
  /** Blackens secret values; undefined when there are none. */
  readonly mask: ((text: string) => string) | undefined;
  /** The pod was asked to go, so that the end of its log may be out of reach. */
  readonly isStopping: () => boolean;
}

/** Kubernetes mixes the two outputs of a container; they go to one stream. */
const stream = "stdout";

/** Makes the output of an attempt; nothing is read before `follow`. */
export function createRunLog({ cluster, context, view, mask, isStopping }: RunLogOptions): RunLog {
  const ended = new AbortController();
  const stopped = new AbortController();
  let done: Promise<void> | undefined;
  return {
    follow() {
      done ??= followLog({
        api: cluster.api,
        path: `${cluster.paths.pods}/${view.pod?.metadata.name}/log`,
        container: containerName,
        ended: ended.signal,
        stop: stopped.signal,
        write: (lines) => context.write(stream, mask === undefined ? lines : mask(lines.toString("utf8"))),
        onLoss(error) {
          if (!isStopping())
            context.log("kubernetes").warning(`the rest of the output could not be read: ${error.message}`);
        },
      });
    },
    async finish() {
      ended.abort();
      await done;
    },
    stop: () => stopped.abort(),
  };
}
