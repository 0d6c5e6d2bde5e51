import { create } from "@bufbuild/protobuf";
import { SwitchyardError } from "@switchyard/errors";
import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { AttemptSchema, AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobSchema, JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { describe, expect, it } from "vitest";
import { readConsole } from "./console.js";
import type { RunpackContext } from "./context.js";

type Entry = string | { readonly message: string; readonly type: LogEntryType };

/** A store that gives out the pages of its streams in the order in which they are listed. */
function storeOf(streams: Readonly<Record<string, readonly (readonly Entry[])[]>>, asked: string[] = []) {
  const readLog = async ({ stream, pageToken, from }: Parameters<RunpackContext["core"]["logs"]["readLog"]>[0]) => {
    const name = stream?.stream ?? "";
    asked.push(`${name} ${String(from?.case)}`);
    const pages = streams[name];
    if (pages === undefined) throw new SwitchyardError("LOG_NOT_FOUND");
    const page = Number(pageToken);
    const records = (pages[page] ?? []).map((entry) =>
      create(LogRecordSchema, { entry: typeof entry === "string" ? { message: entry } : entry }),
    );
    return { records, nextPageToken: page + 1 < pages.length ? String(page + 1) : "" };
  };
  return { core: { logs: { readLog } }, config: { namespace: "n" } } as unknown as RunpackContext;
}

const job = create(JobSchema, {
  ...{ id: "j", state: JobState.RUNNING },
  lastAttempt: create(AttemptSchema, { number: 1, state: AttemptState.STARTED }),
});

describe("readConsole", () => {
  it("joins the messages since the last replacement", async () => {
    const asked: string[] = [];
    const reset = { message: "", type: LogEntryType.RESET };
    const store = storeOf(
      {
        console: [
          [reset, "a\n", "b"],
          ["", "\nc"],
        ],
        stdout: [["no"]],
      },
      asked,
    );
    expect(await readConsole(store, job)).toBe("a\nb\nc");
    expect(asked).toEqual(["console sinceReset", "console sinceReset"]);
  });

  it("of another kind of runner is the end of its output, line by line", async () => {
    const asked: string[] = [];
    const gap = { message: "3 entries are missing", type: LogEntryType.GAP };
    expect(
      await readConsole(
        storeOf(
          {
            stdout: [
              ["3", "4"],
              ["1", gap, "2"],
            ],
          },
          asked,
        ),
        job,
      ),
    ).toBe("1\n2\n3\n4\n");
    expect(asked).toEqual(["console sinceReset", "stdout fromEnd", "stdout fromEnd"]);
    const long = [["last"], ["x".repeat(1_048_570)], ["never read"]];
    const text = await readConsole(storeOf({ stdout: long }), job);
    expect([text.length, text.slice(-6)]).toEqual([1_048_576, "\nlast\n"]);
  });

  it("is empty where nothing was written, or nobody has the job", async () => {
    expect(await readConsole(storeOf({}), job)).toBe("");
    const asked: string[] = [];
    expect(await readConsole(storeOf({ console: [["x"]] }, asked), create(JobSchema, { id: "j" }))).toBe("");
    expect(asked).toEqual([]);
  });
});
