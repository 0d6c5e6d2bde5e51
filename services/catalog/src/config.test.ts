import { ConfigError } from "@switchyard/service-kit";
import { expect, test } from "vitest";
import { loadCatalogConfig } from "./config.js";

test("the database is enough", () => {
  expect(loadCatalogConfig({ DATABASE_URL: "postgres://u@h/d" })).toMatchObject({
    GRPC_LISTEN: "127.0.0.1:7404",
    OPS_LISTEN: "127.0.0.1:7484",
    CATALOG_REAP_INTERVAL: 30_000,
  });
});

test("all problems are told at once", () => {
  try {
    loadCatalogConfig({ GRPC_LISTEN: "nowhere", CATALOG_REAP_INTERVAL: "soon" });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems.map((line) => line.split(":")[0]).sort()).toEqual([
      "CATALOG_REAP_INTERVAL",
      "DATABASE_URL",
      "GRPC_LISTEN",
    ]);
    return;
  }
  expect.unreachable();
});
