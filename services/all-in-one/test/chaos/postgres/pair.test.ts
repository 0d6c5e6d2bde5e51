import { temporaryDirectory } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { startPostgresPair } from "./pair.js";

it("a standby has what the primary acknowledged, and takes its place", { timeout: 120_000 }, async () => {
  const directory = await temporaryDirectory();
  const pair = await startPostgresPair(directory.path);
  try {
    const read = () => pair.primary.query<{ n: number }>("select n from numbers order by n");
    await pair.primary.query("create table numbers (n int)");
    await pair.addStandby();
    await pair.primary.query("insert into numbers values (1)");
    await pair.restart("immediate");
    await pair.primary.query("insert into numbers values (2)");
    const before = pair.primary.port;
    await pair.failOver();
    expect(pair.primary.port).not.toBe(before);
    expect(await read()).toEqual([{ n: 1 }, { n: 2 }]);
    await pair.addStandby();
    await pair.primary.query("insert into numbers values (3)");
    await pair.failOver();
    expect(await read()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  } finally {
    await pair.stop();
    await directory.remove();
  }
});
