// Starts an embedded server in its own process, tells its address and waits to be killed. Arguments: data directory, keep | remove.
import { startEmbeddedPostgres } from "../src/index.js";

const [dataDir = "", keep] = process.argv.slice(2);
const server = await startEmbeddedPostgres({ dataDir, persistent: keep === "keep" });
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
setInterval(() => undefined, 60_000);
