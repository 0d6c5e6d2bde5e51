import { createRunner, JobFailure } from "@switchyard/client";

const runner = createRunner({
  address: process.env["SWITCHYARD_ADDRESS"] ?? "127.0.0.1:7400",
  namespace: "default",
  name: "word-counter",
  slots: 4,
  handlers: {
    "text.count": async ({ input, signal, log, progress, artifact }) => {
      const { text } = input.json<{ text?: string }>();
      if (text === undefined) throw new JobFailure("there is no text");
      const counts = new Map<string, number>();
      for (const [n, word] of text.split(/\s+/).filter(Boolean).entries()) {
        signal.throwIfAborted();
        counts.set(word, (counts.get(word) ?? 0) + 1);
        progress({ current: n + 1 });
      }
      log().info(`${counts.size} different words`);
      await artifact("counts.json", JSON.stringify(Object.fromEntries(counts)), { contentType: "application/json" });
      return { different: counts.size };
    },
  },
});
process.once("SIGTERM", () => void runner.stop(30_000));
await runner.start();
console.info("ready");
await runner.ended;
