import { createGrpcTransport, type Keepalive } from "@switchyard/rpc";
import { createTcpProxy, eventually, repeatAfterStalls, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anyKind, createSchedulerDatabase, item } from "../setup.js";
import { because } from "../test-namespace.js";
import { createReplicas, namespaceAt, spreadEvenly } from "./replicas.js";

// The way between two replicas is dead in one direction, and nothing is closed: of itself the one would wait for the other until the default keepalive, half a minute.
const shardLeaseMs = 3_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createSchedulerDatabase();
});
afterAll(async () => {
  await database.drop();
});

type Pair = Awaited<ReturnType<typeof setUp>>;

/**
 * Shows something with two replicas that have a shard each, `here` behind a way to `there` that can fail. `asked`: the keepalive of that way, made of the one that the
 * scheduler asks for. A lease of the database runs out while the machine stands still: such a try shows nothing.
 */
const withPair = (asked: (keepalive: Keepalive) => Keepalive, show: (pair: Pair) => Promise<void>) => () =>
  repeatAfterStalls(async () => {
    const pair = await setUp(asked);
    try {
      await show(pair);
    } finally {
      await pair.close();
    }
  });
const options = { timeout: 300_000 };

async function setUp(asked: (keepalive: Keepalive) => Keepalive) {
  const replicas = createReplicas(2, database);
  const there = await replicas.start("there", { shardLeaseMs });
  const way = await createTcpProxy({ target: { port: Number(there.address.split(":")[1]) } });
  const here = await replicas.start(
    "here",
    { shardLeaseMs },
    {
      connect: (address, keepalive) =>
        createGrpcTransport(
          address === there.address ? { address: `127.0.0.1:${way.port}`, keepalive: asked(keepalive) } : { address },
        ),
    },
  );
  await spreadEvenly([here, there], 1, 1);
  return {
    ...{ here, there, way },
    async close() {
      way.heal();
      way.cut();
      await replicas.stop();
      await way.close();
    },
  };
}

/** What became of calls, by name, as far as they are over. */
function outcomesOf(calls: Readonly<Record<string, Promise<unknown>>>): Readonly<Record<string, unknown>> {
  const outcomes: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls))
    call.then(
      (answer) => (outcomes[name] = answer),
      (error: unknown) => (outcomes[name] = error),
    );
  return outcomes;
}

const unheard = withPair(
  (keepalive) => keepalive,
  async ({ here, there, way }) => {
    const namespace = await namespaceAt(there, "unheard");
    await here.jobs.submitJobs({ namespace, items: [item()] });
    way.swallow("down");
    const outcomes = outcomesOf({
      claim: here.dispatch.claimJobs({ namespace, runnerId: "r", profile: anyKind, wait: { seconds: 20n } }),
      submit: here.jobs.submitJobs({ namespace, items: [item()] }),
    });
    await eventually(() => expect(Object.keys(outcomes).sort()).toEqual(["claim", "submit"]));
    for (const outcome of Object.values(outcomes)) expect(outcome).toSatisfy(because("SHARD_LOST"));
    // A new connection is silent too, from its first byte on.
    const refusals = ["SHARD_LOST", "OWNER_UNKNOWN"];
    await expect(here.jobs.submitJobs({ namespace, items: [item()] })).rejects.toSatisfy((error) =>
      refusals.some((reason) => because(reason)(error)),
    );
    const list = here.jobs.listJobs({ namespace });
    way.heal();
    way.cut();
    expect((await list).jobs.length).toBeGreaterThan(0);
  },
);
it(
  "calls to an owner that keeps its shard and can't be heard fail, to be repeated, and go through when it can",
  options,
  unheard,
);

// No keepalive helps here: only what the rows say.
const noKeepalive = () => ({});
const gone = withPair(noKeepalive, async ({ here, there, way }) => {
  const namespace = await namespaceAt(there, "unheard-of");
  const { jobs } = await here.jobs.submitJobs({ namespace, items: [item()] });
  way.swallow("up");
  there.cutOff();
  const outcomes = outcomesOf({
    read: here.jobs.listJobs({ namespace }),
    watch: here.jobs.watchJobs({ namespace, afterSequence: 0n })[Symbol.asyncIterator]().next(),
    submit: here.jobs.submitJobs({ namespace, items: [item()] }),
  });
  await eventually(() => expect(Object.keys(outcomes).sort()).toEqual(["read", "submit", "watch"]));
  expect(outcomes["submit"]).toSatisfy(because("SHARD_LOST"));
  expect(outcomes["read"]).toMatchObject({ jobs: [{ id: jobs[0]?.jobId }] });
  expect(outcomes["watch"]).toMatchObject({ done: false });
  expect(await here.owned()).toHaveLength(2);
  await there.kill();
});
it(
  "calls to an owner that has died without a word are given up when its lease has ended, and reads go to the next one",
  options,
  gone,
);
