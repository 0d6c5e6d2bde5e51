// Submits to our services: `client.js HOST:PORT`.
import { createSwitchyardClient } from "@switchyard/client";
import { profileCommands } from "../driver/profile-commands.js";
import { serve } from "../driver/serve.js";
import { submitCommands } from "../driver/submit-commands.js";
import { clientCommands } from "../ours/client-commands.js";
import { createSubmitSide } from "../ours/submit-side.js";

const address = process.argv[2] ?? "";
const client = createSwitchyardClient({ address });
serve(
  { ...submitCommands(createSubmitSide(client)), ...clientCommands(address, client), ...profileCommands() },
  async () => client.close(),
);
