import { benchGateway } from "./gateway/bench-gateway.js";
import { benchScheduler } from "./scheduler/bench-scheduler.js";
import { benchSubmitToEnd } from "./submit-to-end.js";
import { benchTail } from "./tail.js";

/** Quick benches, by the names that `npm run bench -- NAME` takes; without a name all of them. */
const quick: Readonly<Record<string, () => Promise<void>>> = { tail: benchTail, "submit-to-end": benchSubmitToEnd };

const [first, ...rest] = process.argv.slice(2);
const wanted = first === undefined ? Object.keys(quick) : [first, ...rest];
const unknown = wanted.filter((name) => !(name in quick));
if (first === "scheduler") await benchScheduler(rest);
else if (first === "gateway") await benchGateway(rest);
else if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(", ")}; there are ${Object.keys(quick).join(", ")}, gateway and scheduler.\n`,
  );
  process.exitCode = 1;
} else for (const name of wanted) await quick[name]?.();
