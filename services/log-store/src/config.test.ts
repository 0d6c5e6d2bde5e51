import { expect, test } from "vitest";
import { defaultLimits, loadLogStoreConfig } from "./config.js";

const DATABASE_URL = "postgres://localhost/x";

test("has a default for everything but the database", () => {
  const config = loadLogStoreConfig({ DATABASE_URL });
  expect(config).toMatchObject({ GRPC_LISTEN: "127.0.0.1:7403", OPS_LISTEN: "127.0.0.1:7483", limits: defaultLimits });
});

test("tells all problems at once", () => {
  const load = () => loadLogStoreConfig({ LOG_STORE_POOL_SIZE: "1", LOG_STORE_MAX_PENDING_BYTES: "much" });
  expect(load).toThrow(/DATABASE_URL[\s\S]*LOG_STORE_POOL_SIZE[\s\S]*LOG_STORE_MAX_PENDING_BYTES/);
});

test("sizes have units", () => {
  expect(loadLogStoreConfig({ DATABASE_URL, LOG_STORE_FOLLOWER_BUFFER_BYTES: "2MiB" }).limits.followerBufferBytes).toBe(
    2 * 1024 * 1024,
  );
});
