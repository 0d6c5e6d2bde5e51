import { SwitchyardError } from "@switchyard/errors";

/** The reason of the refusal that a call throws; undefined when it throws none. */
export function refusalOf(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof SwitchyardError) return error.reason;
    throw error;
  }
}
