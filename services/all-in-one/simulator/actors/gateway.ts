import { sleep } from "@switchyard/clock";
import { createPool } from "@switchyard/postgres";
import { createRunnerGateway } from "@switchyard/runner-gateway";
import { recordGateway } from "../history/record-gateway.js";
import { noSkew, Process } from "../kernel/process.js";
import { createSimTransport } from "../network/sim-transport.js";
import { serve } from "../network/serve.js";
import { DatabaseLink } from "../store/connection.js";
import { createSimRunnerStore } from "../store/runner-store.js";
import { quiet } from "./quiet.js";
import { type Actor, callsEndMs, type Sim } from "./sim.js";

const databaseUrl = "postgres://simulated@127.0.0.1:1/none";

/** Lists and pools would use it; nobody asks for them here. */
const unusedPool = createPool({ url: databaseUrl, max: 1, applicationName: "none", log: quiet });

/** A replica of the runner gateway, as it is, over simulated tables and calls. */
export function createGatewayActor(sim: Sim, name: string): Actor {
  const { world, faults, plan, addresses, runnerTables } = sim;
  const process = new Process(name, world, plan.skews[name] ?? noSkew);
  let stop = () => Promise.resolve();
  return {
    process,
    stop: () => stop(),
    boot() {
      const life = process.start();
      let close: (() => void) | undefined;
      const link = new DatabaseLink(life, faults);
      sim.links.set(name, link);
      const gateway = createRunnerGateway({
        pool: unusedPool,
        databaseUrl,
        scheduler: recordGateway(
          createSimTransport(life, addresses.wayTo("scheduler"), faults, sim.calls),
          sim.recorder,
        ),
        logStore: createSimTransport(life, addresses.wayTo("logs"), faults, sim.calls),
        logger: quiet,
        clock: life.clock,
        store: createSimRunnerStore(runnerTables, link),
        settings: { pendingMs: 600, sealBeforeMs: 1_000, sealAfterMs: 500, lazyMs: 200 },
      });
      stop = async () => {
        await gateway.drain();
        close?.();
        await sleep(life.clock, callsEndMs);
        await gateway.stop();
      };
      gateway.start().then(
        () => {
          if (life.isOver) return;
          const transport = serve(life, gateway.routes);
          close = addresses.listen("gateway", { life, transport });
        },
        () => {
          if (process.life !== life) return;
          process.crash();
          world.after(200, () => this.boot());
        },
      );
    },
  };
}
