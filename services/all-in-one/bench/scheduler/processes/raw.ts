// The raw SQL reference, on the database that `DATABASE_URL` names.
import { serve } from "../driver/serve.js";
import { submitCommands } from "../driver/submit-commands.js";
import { workCommands } from "../driver/work-commands.js";
import { createRawQueue } from "../raw/raw-queue.js";

const queue = await createRawQueue(process.env.DATABASE_URL ?? "");
const work = workCommands(queue);
serve({ ...submitCommands(queue), ...work }, async () => {
  await work.stopWork();
  await queue.close();
});
