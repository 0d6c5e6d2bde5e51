import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";

/** The name of one reason of the catalogue, as it stands in `google.rpc.ErrorInfo.reason`: `LEASE_LOST`. */
export type Reason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** Every reason, in the order of the proto enum `switchyard.common.v1.ErrorReason`. */
export const reasons: readonly Reason[] = Object.values(ErrorReason).filter(
  (name): name is Reason => typeof name === "string" && name !== "UNSPECIFIED",
);

const known = new Set<string>(reasons);

/** Tells whether a string, such as one that came over the wire, is a reason of this catalogue. */
export function isReason(name: string): name is Reason {
  return known.has(name);
}
