import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import grpc from "@grpc/grpc-js";
import { createGrpcServer, createGrpcTransport, createClient, route } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { Echo } from "./echo-proto.js";

it("refuses bytes that are no message with INVALID_ARGUMENT", async () => {
  const server = createGrpcServer({ routes: [route(Echo, { say: () => ({}) })] });
  const client = new grpc.Client(await server.listen("127.0.0.1:0"), grpc.credentials.createInsecure());
  const raw = (bytes: Buffer) => bytes;
  const error = await new Promise<grpc.ServiceError | null>((resolve) => {
    client.makeUnaryRequest("/test.Echo/Say", raw, raw, Buffer.from([0xff, 0xff, 0xff]), (failure) => resolve(failure));
  });
  expect(error?.code).toBe(grpc.status.INVALID_ARGUMENT);
  client.close();
  await server.stop(0);
});

it("carries binary headers both ways", async () => {
  const server = createGrpcServer({
    routes: [
      route(Echo, {
        say(_, { requestHeader, responseHeader }) {
          responseHeader.set("x-back-bin", requestHeader.get("x-there-bin") ?? "");
          return {};
        },
      }),
    ],
  });
  const transport = createGrpcTransport({ address: await server.listen("127.0.0.1:0") });
  let back: string | null = null;
  await createClient(Echo, transport).say(
    {},
    { headers: { "x-there-bin": "AP+A" }, onHeader: (header) => (back = header.get("x-back-bin")) },
  );
  expect(back).toBe("AP+A");
  transport.close();
  await server.stop(0);
});

it("refuses two routes for one method", () => {
  expect(() => createGrpcServer({ routes: [route(Echo, {}), route(Echo, {})] })).toThrow(
    "two routes serve test.Echo/Say",
  );
});

it("takes a call that its server let go without a word for a lost connection, which may be tried again", async () => {
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.close(0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const transport = createGrpcTransport({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  const failure = await createClient(Echo, transport)
    .say({})
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectError);
  expect(failure).toMatchObject({ code: Code.Unavailable });
  transport.close();
  server.close();
});
