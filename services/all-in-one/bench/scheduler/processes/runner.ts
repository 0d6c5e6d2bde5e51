// A runner of our services: `runner.js HOST:PORT`.
import { createSwitchyardClient } from "@switchyard/client";
import { profileCommands } from "../driver/profile-commands.js";
import { serve } from "../driver/serve.js";
import { workCommands } from "../driver/work-commands.js";
import { createWorkSide } from "../ours/work-side.js";

const client = createSwitchyardClient({ address: process.argv[2] ?? "" });
const work = workCommands(createWorkSide(client));
serve({ ...work, ...profileCommands() }, async () => {
  await work.stopWork();
  client.close();
});
