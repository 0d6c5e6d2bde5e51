import { answerLimitMs, createScheduler, schedulerDefaults } from "@switchyard/scheduler";
import { sleep } from "@switchyard/clock";
import { noSkew, Process } from "../kernel/process.js";
import { DatabaseLink } from "../store/connection.js";
import { createSimTransport } from "../network/sim-transport.js";
import { serve } from "../network/serve.js";
import { createSimControlStore } from "../store/control-store.js";
import { createSimShardStore } from "../store/shard-store.js";
import { quiet } from "./quiet.js";
import { type Actor, callsEndMs, type Sim } from "./sim.js";

/** A replica of the scheduler, as it is, over simulated tables. Its ports open when every shard has an owner, and others reach it under a new address in each of its lives. */
export function createSchedulerActor(sim: Sim, name: string): Actor {
  const { world, faults, plan, addresses, tables } = sim;
  const process = new Process(name, world, plan.skews[name] ?? noSkew);
  let lives = 0;
  let stop = () => Promise.resolve();
  return {
    process,
    stop: () => stop(),
    boot() {
      const life = process.start();
      const closers: (() => void)[] = [];
      const link = new DatabaseLink(life, faults);
      sim.links.set(name, link);
      const scheduler = createScheduler({
        config: {
          ...schedulerDefaults,
          databaseUrl: "postgres://simulated@127.0.0.1:1/none",
          replicaId: `${name}/${++lives}`,
          shards: plan.shards,
          shardLeaseMs: plan.shardLeaseMs,
          auditIntervalMs: 1_000,
          historyIntervalMs: 2 ** 31 - 1,
          blockIntervalMs: 2 ** 31 - 1,
          inputCacheBytes: 2_000,
        },
        logger: quiet,
        clock: life.clock,
        tables: {
          shards: createSimShardStore(tables, link),
          control: createSimControlStore(tables, link, answerLimitMs(plan.shardLeaseMs)),
        },
        connect: (address) => ({
          ...createSimTransport(life, addresses.wayTo(address), faults, sim.calls),
          close: () => undefined,
        }),
        onFinding: (finding) => void sim.findings.push(finding),
      });
      stop = async () => {
        await scheduler.leave();
        for (const close of closers) close();
        await sleep(life.clock, callsEndMs);
        await scheduler.stop();
      };
      scheduler.start().then(
        () => {
          if (life.isOver) return;
          const transport = serve(life, scheduler.routes);
          for (const address of ["scheduler", `${name}/${lives}`])
            closers.push(addresses.listen(address, { life, transport }));
          void scheduler.announce(`${name}/${lives}`);
        },
        // As `main.ts` would: the process ends, and whoever looks after it starts it again.
        () => {
          if (process.life !== life) return;
          process.crash();
          world.after(200, () => this.boot());
        },
      );
    },
  };
}
