import { createRunner, type SwitchyardClient } from "@switchyard/client";
import type { JobBody, WorkSide } from "../driver/queue.js";
import { benchKind, namespace } from "./names.js";

/** Slots of the one runner; as many jobs may be on their way at once. Two full calls of reports: while one is stored, the next is executed. */
const slots = 2_000;
const result = { ok: true, text: "done" };

/** Works as users of the runner library do. Every job has a result. */
export function createWorkSide(client: SwitchyardClient): WorkSide {
  return {
    async work(_mode, handle) {
      const runner = createRunner({
        client,
        namespace,
        name: "bench",
        slots,
        handlers: {
          [benchKind]: ({ input }) => {
            handle(input.json<JobBody>());
            return result;
          },
        },
        onWarning: (message, facts) => console.error(message, facts),
      });
      await runner.start();
      return {
        // A slot is free when the outcome of its job is acknowledged, and so durable.
        settled: () => runner.activeCount === 0,
        stop: () => runner.stop(),
      };
    },
  };
}
