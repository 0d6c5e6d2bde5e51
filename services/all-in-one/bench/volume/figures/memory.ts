import type { Row, VolumeContext } from "../figure.js";
import { startSteadyLoad } from "../measure/steady-load.js";
import { setTimeout as sleep } from "node:timers/promises";

const barMib = 600;
const workMs = 30_000;

/** Memory of the process with all that waits: after its start, and after it has worked for a while. */
export async function measureMemory({ scheduler }: VolumeContext): Promise<Row[]> {
  const api = await scheduler();
  const started = await api.memory();
  const load = startSteadyLoad(api, 200);
  await sleep(workMs);
  await load.stop();
  const worked = await api.memory();
  return [
    {
      what: "resident after the start",
      value: started.resident,
      unit: "MiB",
      bar: barMib,
      note: `heap ${started.heap.toFixed(0)}, outside of it ${started.external.toFixed(0)}`,
    },
    {
      what: `resident after ${workMs / 1_000} s at 200 jobs/s`,
      value: worked.resident,
      unit: "MiB",
      bar: barMib,
      note: `heap ${worked.heap.toFixed(0)}, outside of it ${worked.external.toFixed(0)}`,
    },
    { what: "the most at any time", value: worked.peak, unit: "MiB", bar: barMib },
    {
      ...{ what: "start with all that waits", value: api.loadMs / 1_000, unit: "s" },
      note: `${(api.startCpuMs / 1_000).toFixed(1)} s of processor time, the start of Node included`,
    },
  ];
}
