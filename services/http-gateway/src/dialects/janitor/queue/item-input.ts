import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { isJsonObject, parseJson } from "../../../json/parse-json.js";

/** What a queue item says beside its place: the input of its job. */
export interface ItemInput {
  /** As it was asked for, with the variables in front. */
  readonly command: string;
  /** The state of the world that the item was queued for. */
  readonly context: string | null;
  /** Do not resume from an earlier result. */
  readonly refresh: boolean;
  readonly requester: string | null;
  readonly changeSet: string | null;
}

/** Writes a job's input. */
export function itemInputText({ command, context, refresh, requester, changeSet }: ItemInput): string {
  return JSON.stringify({ command, context, refresh, requester, change_set: changeSet });
}

/** Reads a job's input; what is not there, as in jobs that others submitted, has its usual value. */
export function readItemInput(input: Payload | undefined): ItemInput {
  const document = input === undefined ? undefined : parseJson(input.data);
  const value = typeof document === "object" && isJsonObject(document.value) ? document.value : {};
  const text = (name: string) => (typeof value[name] === "string" ? value[name] : null);
  return {
    command: text("command") ?? "",
    context: text("context"),
    refresh: value["refresh"] === true,
    requester: text("requester"),
    changeSet: text("change_set"),
  };
}
