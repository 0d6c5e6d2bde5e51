import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ConnectError, Code } from "@connectrpc/connect";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { describeFailure, failureText } from "./error-text.js";
import { printable } from "./printable.js";
import { renderFacts, renderTable } from "./table.js";
import { ageText, betweenText, spanText } from "./times.js";

describe("a table", () => {
  const columns = [
    { title: "NAME", text: (row: [string, string]) => row[0] },
    { title: "N", text: (row: [string, string]) => row[1], right: true, tone: () => "red" as const },
  ];

  it("has columns as wide as their widest text, on screens too", () => {
    expect(
      renderTable(
        columns,
        [
          ["日本", "1"],
          ["a", "100"],
        ],
        false,
      ),
    ).toBe("NAME    N\n日本    1\na     100\n");
  });

  it("shows what is missing, and colours only the text", () => {
    const text = renderTable(columns, [["", "7"]], true);
    expect(text).toBe("NAME  N\n-     \u001b[31m7\u001b[39m\n");
  });

  it("does not let a job speak to the terminal", () => {
    expect(renderTable(columns, [["\u001b]0;x\u0007\nb", "1"]], false)).toContain("\\x1b]0;x\\x07\\nb");
    expect(printable("a\tb\u009b")).toBe("a\\tb\\x9b");
  });
});

it("facts leave out what isn't known", () => {
  expect(
    renderFacts([
      ["id", "1"],
      ["subject", ""],
      ["longer", "2"],
      ["none", undefined],
    ]),
  ).toBe("id      1\nlonger  2\n");
});

describe("times", () => {
  it.each([
    [-5, "0ms"],
    [999, "999ms"],
    [59_400, "59s"],
    [59_600, "1m00s"],
    [200_000, "3m20s"],
    [3_600_000 * 5 + 240_000, "5h04m"],
    [86_400_000 * 12, "12d"],
  ])("%i ms are %s", (ms, text) => expect(spanText(ms)).toBe(text));

  it("are told from one moment to another, or to now", () => {
    expect(ageText(timestampFromMs(1_000), 4_000)).toBe("3s");
    expect(betweenText(timestampFromMs(1_000), undefined, 2_000)).toBe("1s");
    expect(betweenText(undefined, timestampFromMs(1), 2)).toBe("");
  });
});

describe("a failed call", () => {
  it("tells reason, message, advice and request id", () => {
    const error = toConnectError(new SwitchyardError("JOB_NOT_FOUND", "no job 7", { job_id: "7" }));
    const failure = describeFailure(error, "cli-1");
    expect(failure).toMatchObject({ reason: "JOB_NOT_FOUND", metadata: { job_id: "7" }, requestId: "cli-1" });
    expect(failureText(failure)).toBe(
      "error: JOB_NOT_FOUND: no job 7\n  Check the job's id and the namespace of the token.\n  request id: cli-1\n",
    );
  });

  it("that reached nobody says what the operating system said, and has no request id", () => {
    const text =
      "round_robin: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ";
    const failure = describeFailure(new ConnectError(text, Code.Unavailable), "cli-1");
    expect(failure).toMatchObject({ message: "connect ECONNREFUSED 127.0.0.1:1", requestId: undefined });
    expect(failure.help).toContain("switchyard doctor");
  });
});
