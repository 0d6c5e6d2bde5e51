import { benchGateway } from "./gateway/bench-gateway.js";
import { benchJanitor } from "./janitor/bench-janitor.js";
import { benchPipeline } from "./pipeline/bench-pipeline.js";
import { benchReplicas } from "./replicas/bench-replicas.js";
import { benchRunners } from "./runners/bench-runners.js";
import { benchScheduler } from "./scheduler/bench-scheduler.js";
import { benchSearchIndex } from "./search-index/bench-search-index.js";
import { benchSubmitToEnd } from "./submit-to-end.js";
import { benchTail } from "./tail.js";
import { benchVolume } from "./volume/bench-volume.js";

/** Quick benches, by the names that `npm run bench -- NAME` takes; without a name all of them. */
const quick: Readonly<Record<string, () => Promise<void>>> = { tail: benchTail, "submit-to-end": benchSubmitToEnd };

const [first, ...rest] = process.argv.slice(2);
const wanted = first === undefined ? Object.keys(quick) : [first, ...rest];
const unknown = wanted.filter((name) => !(name in quick));
if (first === "scheduler") await benchScheduler(rest);
else if (first === "gateway") await benchGateway(rest);
else if (first === "janitor") await benchJanitor(rest);
else if (first === "pipeline") await benchPipeline(rest);
else if (first === "replicas") await benchReplicas(rest);
else if (first === "runners") await benchRunners(rest);
else if (first === "search-index") await benchSearchIndex(rest);
else if (first === "volume") await benchVolume(rest);
else if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(", ")}; there are ${Object.keys(quick).join(", ")}, gateway, janitor, pipeline, replicas, runners, scheduler, search-index and volume.\n`,
  );
  process.exitCode = 1;
} else for (const name of wanted) await quick[name]?.();
