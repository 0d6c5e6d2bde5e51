import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Gate, Gate_Type } from "@switchyard/proto/switchyard/scheduler/v1/explanation_pb";
import {
  type ExplainJobResponse,
  ExplainJobResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Command } from "commander";
import { enumName } from "../../input/enum-names.js";
import { findJobId } from "../../input/job-ref.js";
import { printable } from "../../output/printable.js";
import { durationText, spanText } from "../../output/times.js";
import { paint } from "../../output/tone.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";

/** `jobs explain`: why a job doesn't run. */
export function addExplain(cli: Cli, jobs: Command): void {
  const command = jobs
    .command("explain")
    .argument("<job>", "the job")
    .description("Say which gates hold a job back, in the order in which the scheduler asks them");
  onRun<object, [string]>(cli, command, async ({ client, namespace, print }, _, name) => {
    const answer = await client.jobs.explainJob({ namespace, jobId: await findJobId(client, namespace, name) });
    await print.one(ExplainJobResponseSchema, answer, () => explanationText(answer, print.colors, Date.now()));
  });
}

/** The summary, the gates in their order, and the job's place among those that wait. */
export function explanationText({ summary, gates, place }: ExplainJobResponse, colors: boolean, nowMs: number): string {
  const lines = gates.map((gate, at) => gateText(gate, at + 1, colors, nowMs));
  const wait = durationText(place?.expectedWait);
  const places =
    place === undefined
      ? []
      : [`place: ${place.position} jobs before it${wait === "" ? "" : `, about ${wait} to wait`}`];
  return `${[printable(summary), ...lines.flat(), ...places].join("\n")}\n`;
}

function gateText(gate: Gate, number: number, colors: boolean, nowMs: number): string[] {
  const verdict = gate.open ? paint("open  ", "green", colors) : paint("CLOSED", "red", colors);
  const details = [
    ...(gate.subject === "" ? [] : [`about ${gate.subject}`]),
    ...(gate.limit > 0 ? [`${gate.used} of ${gate.limit} used`] : []),
    ...(gate.openTime === undefined ? [] : [`opens in ${spanText(timestampMs(gate.openTime) - nowMs)}`]),
    ...(gate.jobIds.length === 0 ? [] : [`jobs in the way: ${gate.jobIds.join(", ")}`]),
    ...(gate.nearestRunnerId === ""
      ? []
      : [`nearest runner ${gate.nearestRunnerId} lacks: ${gate.lacking.join(", ")}`]),
  ];
  const head = `${number}. ${verdict} ${enumName(Gate_Type, gate.type).padEnd(12)} ${printable(gate.message)}`;
  return [head, ...(gate.open ? [] : details.map((detail) => `     ${printable(detail)}`))];
}
