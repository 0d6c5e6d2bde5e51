import { isJsonObject, parseJson } from "../../../json/parse-json.js";

/** What a claim keeps of its runner: a runner may be deleted before the jobs that it did. */
export function claimInfoOf(runner: { readonly name: string }): Uint8Array {
  return Buffer.from(JSON.stringify({ runner_name: runner.name }));
}

/** The name of the runner that a claim was made by; undefined for a claim of a runner that speaks another protocol. */
export function runnerNameOf(claimInfo: Uint8Array): string | undefined {
  const document = claimInfo.length === 0 ? "syntax" : parseJson(claimInfo);
  if (typeof document === "string" || !isJsonObject(document.value)) return undefined;
  const { runner_name: name } = document.value;
  return typeof name === "string" ? name : undefined;
}
