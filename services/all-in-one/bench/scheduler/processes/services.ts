// Our services, on the database that `DATABASE_URL` names.
import { profileCommands } from "../driver/profile-commands.js";
import { serve } from "../driver/serve.js";
import { startServices } from "../ours/services.js";
import { servicesCommands } from "../ours/services-commands.js";

const services = await startServices(process.env.DATABASE_URL ?? "");
serve({ ...servicesCommands(services), ...profileCommands() }, () => services.stop());
