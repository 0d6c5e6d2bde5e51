import { parseArgs } from "node:util";
import { benchQueueCalls } from "./queue-calls.js";
import { benchUpload } from "./upload.js";

const usage = "npm run bench -- janitor [--items 100000] [--megabytes 500]";

/** Measures the Janitor dialect: its calls over a long queue, and a large upload. */
export async function benchJanitor(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { items: { type: "string", default: "100000" }, megabytes: { type: "string", default: "500" } },
  });
  const [items, megabytes] = [Number(values.items), Number(values.megabytes)];
  if (!(items > 0 && megabytes > 0)) throw new Error(usage);
  await benchQueueCalls(items);
  await benchUpload(megabytes);
}
