import { isJsonObject, parseJson } from "../../../json/parse-json.js";

/** How a worker can be reached. */
export interface Backchannel {
  readonly kind: "http" | "jenkins";
  readonly url: string;
}

/** What is known about the worker of an assignment; kept on the attempt. */
export interface ClaimInfo {
  readonly worker: string | null;
  readonly workerLink: string | null;
  readonly backchannel: Backchannel | null;
}

/** Writes what is kept. */
export function claimInfoBytes(info: ClaimInfo): Uint8Array {
  return Buffer.from(JSON.stringify(info));
}

/** Reads it; an attempt of a native runner has none, and shows the runner's id as its worker. */
export function readClaimInfo(bytes: Uint8Array, runnerId: string): ClaimInfo {
  const document = bytes.length === 0 ? undefined : parseJson(bytes);
  if (typeof document !== "object" || !isJsonObject(document.value))
    return { worker: runnerId, workerLink: null, backchannel: null };
  const { worker, workerLink, backchannel } = document.value as unknown as ClaimInfo;
  return { worker: worker ?? null, workerLink: workerLink ?? null, backchannel: backchannel ?? null };
}
