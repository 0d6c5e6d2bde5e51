import { benchSubmitToEnd } from "./submit-to-end.js";
import { benchTail } from "./tail.js";

/** Every bench by the name that `npm run bench -- NAME` takes. */
const benches: Readonly<Record<string, () => Promise<void>>> = { tail: benchTail, "submit-to-end": benchSubmitToEnd };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}.\n`);
  process.exitCode = 1;
} else {
  for (const [name, run] of Object.entries(benches)) if (wanted.length === 0 || wanted.includes(name)) await run();
}
