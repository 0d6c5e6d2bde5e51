import type { DescMethodUnary, DescMethodStreaming } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createInMemoryTransport } from "@switchyard/rpc";
import { seededRandom, seedFor } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFixture, type Fixture, register } from "./fixture.js";
import { randomMessage } from "./random-message.js";

// Whatever a runner says, it gets an answer or a typed error, and the gateway goes on. `npm run test:runners` sends 10,000 messages to each RPC.

const messages = Number(process.env["FUZZ_MESSAGES"] ?? 60);
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
const namespace = "fuzz";
/** Calls that are held until there is news, and streams, are given up after so long, in milliseconds. */
const heldMs = 40;
const held = new Set(["SyncRunner", "ClaimJob", "WatchPools", "ScalePool"]);

/** Most messages have next to nothing wrong with them, and get far. */
const oddnesses = [0, 0.02, 0.02, 0.1, 0.5];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
  for (const runner of ["r1", "r2"]) await register(fixture, namespace, runner);
});
afterAll(() => fixture.close());

const methods = [RunnerService, FleetService].flatMap((service) =>
  service.methods.map((method) => [method.name, method] as const),
);

async function call(method: DescMethodUnary | DescMethodStreaming, input: Record<string, unknown>): Promise<void> {
  const transport = createInMemoryTransport({ routes: fixture.gateway.routes });
  const patienceMs = held.has(method.name) ? heldMs : 5_000;
  if (method.methodKind === "unary") {
    await transport.unary(method, undefined, patienceMs, undefined, input);
    return;
  }
  async function* inputs() {
    yield input;
  }
  const { message } = await transport.stream(method, undefined, patienceMs, undefined, inputs());
  for await (const _ of message);
}

it.each(methods)(
  "%s answers random messages with results and typed errors",
  { timeout: 60_000 + messages * 60 },
  async (name, method) => {
    const random = seededRandom(seedFor(seed, name));
    const met = new Map<string, number>();
    const bad: string[] = [];
    let sent = 0;
    let jobs: string[] = [];
    const worker = async () => {
      while (sent < messages) {
        sent += 1;
        // New ones now and then, since most are ended by what is said of them; the model looks at all that there ever were.
        if (sent % 50 === 1) jobs = Array.from({ length: 5 }, () => fixture.scheduler.submit(namespace).id);
        // One of them may have been revoked.
        if (sent % 20 === 0) await register(fixture, namespace, "r1").catch(() => undefined);
        const words = {
          namespace: [namespace],
          runner_id: ["r1", "r2"],
          job_id: jobs,
          holder: ["r1"],
          session_id: ["s"],
        };
        const oddness = oddnesses[sent % oddnesses.length] as number;
        const input = randomMessage(method.input, { words, random, oddness });
        const error = await call(method, input).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        const reason = error === undefined ? "answered" : describe(error);
        met.set(reason, (met.get(reason) ?? 0) + 1);
        if (!isTyped(error)) bad.push(`${reason}: ${String(error)} for ${JSON.stringify(input, plain)}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(bad).toEqual([]);
    console.info(`${name}: ${[...met].map(([reason, count]) => `${count} ${reason}`).join(", ")}`);
    // It goes on as if nothing had been.
    await register(fixture, namespace, "afterwards");
  },
);

function describe(error: unknown): string {
  if (!(error instanceof ConnectError)) return "no ConnectError";
  return errorInfo(error)?.reason ?? Code[error.code];
}

/** A deadline has no reason: the caller set it. */
function isTyped(error: unknown): boolean {
  if (error === undefined) return true;
  if (!(error instanceof ConnectError)) return false;
  const reason = errorInfo(error)?.reason;
  return reason === undefined ? error.code === Code.DeadlineExceeded : reason !== "INTERNAL";
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
