import { appendLines, linesOf, newLog } from "../lines.js";
import type { LogProcess } from "../log-process.js";

/** Lines of one append: what a runner gathers from a fast process, 64 KiB. */
const linesEach = 640;

/** Lines a second that producers get durable for so long, each with a log of its own and one append under way. */
export async function measureAppend(store: LogProcess, producers: number, seconds: number) {
  const begunAt = performance.now();
  const cpuBefore = await store.cpuMs();
  const endsAt = begunAt + seconds * 1_000;
  const batch = linesOf(0, linesEach);
  let lines = 0;
  const produce = async () => {
    const jobId = newLog();
    for (let next = 0; performance.now() < endsAt; next += linesEach) {
      await appendLines(store, jobId, next, batch);
      lines += linesEach;
    }
  };
  await Promise.all(Array.from({ length: producers }, produce));
  const tookMs = performance.now() - begunAt;
  const cpuMs = (await store.cpuMs()) - cpuBefore;
  return {
    linesPerSecond: Math.round((lines / tookMs) * 1_000),
    storeCpuMicrosPerLine: Number(((cpuMs * 1_000) / lines).toFixed(2)),
  };
}
