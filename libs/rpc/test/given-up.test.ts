import { create } from "@bufbuild/protobuf";
import { createClient, createGrpcServer, createGrpcTransport, route } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { Echo, NoteSchema } from "./echo-proto.js";
import { until } from "./waiting.js";

/** Without a remedy, up to a quarter of these ends in order, most often on young connections. */
const [connections, callsEach] = [20, 20];

it("an upload that is given up never looks like a whole one", { timeout: 60_000 }, async () => {
  let [begun, whole, broken] = [0, 0, 0];
  const sum = async (requests: AsyncIterable<unknown>) => {
    try {
      for await (const _ of requests) begun++;
      whole++;
    } catch (error) {
      broken++;
      throw error;
    }
    return {};
  };
  const server = createGrpcServer({ routes: [route(Echo, { sum })] });
  const address = await server.listen("127.0.0.1:0");
  for (let connection = 0; connection < connections; connection++) {
    const transport = createGrpcTransport({ address });
    const client = createClient(Echo, transport);
    const before = begun;
    const callers = Array.from({ length: callsEach }, () => new AbortController());
    const calls = callers.map(async ({ signal }) => {
      const held = new Promise<void>((resolve) => signal.addEventListener("abort", () => setImmediate(resolve)));
      const messages = (async function* () {
        yield create(NoteSchema, { number: 1 });
        await held;
      })();
      await expect(client.sum(messages, { signal })).rejects.toThrow();
    });
    await until(() => begun === before + callsEach);
    // Not all in one turn: each reset should have its own place on the wire.
    for (const caller of callers) setTimeout(() => caller.abort(), Math.random() * 20);
    await Promise.all(calls);
    transport.close();
  }
  await until(() => whole + broken === connections * callsEach);
  expect(whole).toBe(0);
  await server.stop(1_000);
});
