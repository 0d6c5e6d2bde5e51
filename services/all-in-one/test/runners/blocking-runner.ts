import { createRunner } from "@switchyard/client";

// A runner whose handler keeps the event loop busy: nothing of the process can go on meanwhile but its keeper thread.

const runner = createRunner({
  address: process.env["RUNNER_GATEWAY_ADDRESS"] as string,
  ...{ namespace: "default", name: "blocking", slots: 2 },
  handlers: {
    "test.block": ({ input }) => {
      const { blockMs } = input.json<{ blockMs: number }>();
      if (process.env["NEVER_BLOCKS"] !== undefined) return { blockMs: 0 };
      console.info(`blocks, attempt of ${blockMs}`);
      const end = performance.now() + blockMs;
      while (performance.now() < end);
      return { blockMs };
    },
  },
  onWarning: (message, facts) => console.info(message, JSON.stringify(facts)),
});
await runner.start();
console.info("registered");
process.once("SIGTERM", () => void runner.stop(0));
await runner.ended;
