import { createSignal, createTcpProxy, createTestDatabase, eventually, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createListener, createPool, type ListenerOptions, type Pool } from "../src/index.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  pool = createPool({ url: database.url, applicationName: "listener-test" });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

function setup(name: string, options: Partial<ListenerOptions> = {}) {
  const notified = createSignal<{ channel: string; payload: string }>("a notification");
  const reconnected = createSignal("a reconnect");
  const listener = createListener({
    url: database.url,
    channels: [`${name}-a`, `${name}-b`],
    applicationName: name,
    onNotification: (channel, payload) => notified.emit({ channel, payload }),
    onReconnect: reconnected.emit,
    minBackoffMs: 5,
    maxBackoffMs: 50,
    ...options,
  });
  const notify = (channel: string, payload: string) => pool.query("select pg_notify($1, $2)", [channel, payload]);
  return { listener, notified, reconnected, notify };
}

describe("createListener", () => {
  it("hears every channel, in order, once started", async () => {
    const { listener, notified, notify } = setup("every");
    await listener.start();
    expect(listener.connected).toBe(true);
    await notify("every-a", "1");
    await notify("every-b", "");
    await notify("every-elsewhere", "x");
    await notify("every-a", "2");
    expect(await notified.next()).toEqual({ channel: "every-a", payload: "1" });
    expect(await notified.next()).toEqual({ channel: "every-b", payload: "" });
    expect(await notified.next()).toEqual({ channel: "every-a", payload: "2" });
    await listener.stop();
    await listener.stop();
    expect(listener.connected).toBe(false);
  });

  it("comes back after its backend was ended, says so, and hears again", async () => {
    const { listener, notified, reconnected, notify } = setup("back");
    await listener.start();
    expect(reconnected.waiting).toBe(0);
    await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'back'");
    await reconnected.next();
    await notify("back-b", "again");
    expect(await notified.next()).toEqual({ channel: "back-b", payload: "again" });
    await listener.stop();
  });

  it("finds a connection that went silent", async () => {
    const url = new URL(database.url);
    const proxy = await createTcpProxy({ target: { port: Number(url.port) } });
    url.port = String(proxy.port);
    const { listener, notified, reconnected, notify } = setup("silent", { url: url.href, probeMs: 100 });
    await listener.start();
    proxy.swallow("down");
    await eventually(() => expect(listener.connected).toBe(false));
    proxy.heal();
    proxy.cut();
    await reconnected.next();
    await notify("silent-a", "hello");
    expect(await notified.next()).toEqual({ channel: "silent-a", payload: "hello" });
    await listener.stop();
    await proxy.close();
  });

  it("keeps trying while the server is away, and can be stopped meanwhile", async () => {
    const url = new URL(database.url);
    const proxy = await createTcpProxy({ target: { port: Number(url.port) } });
    url.port = String(proxy.port);
    const failed = createSignal<unknown>("a failed reconnect");
    const ignore = () => undefined;
    const log = { debug: ignore, info: ignore, error: ignore, warn: failed.emit };
    const { listener, reconnected } = setup("away", { url: url.href, log });
    await listener.start();
    proxy.refuse(true);
    proxy.cut();
    const isFailure = (fields: unknown) => (fields as { failures?: number }).failures !== undefined;
    await failed.nextMatching(isFailure);
    await failed.nextMatching(isFailure);
    proxy.refuse(false);
    await reconnected.next();
    proxy.refuse(true);
    proxy.cut();
    await failed.nextMatching(isFailure);
    await listener.stop();
    expect(listener.connected).toBe(false);
    await proxy.close();
  });

  it("rejects the first start when there is no server, and can start later", async () => {
    const url = new URL(database.url);
    const proxy = await createTcpProxy({ target: { port: Number(url.port) } });
    url.port = String(proxy.port);
    const { listener } = setup("first", { url: url.href });
    proxy.refuse(true);
    await expect(listener.start()).rejects.toThrow();
    proxy.refuse(false);
    await listener.start();
    expect(listener.connected).toBe(true);
    await listener.stop();
    await proxy.close();
  });
});
