import { spanText } from "../../output/times.js";
import type { Check } from "../examination.js";
import { fail, type Finding, ok, skip, warn } from "../finding.js";
import { askOperations } from "./ask-operations.js";
import { certificateAdvice } from "./certificate.js";

const unknown = skip("no operations listener is named; --ops-address does");
const allowedMs = 5_000;

/** Whether this machine's clock and those of the services agree. */
export const clockCheck: Check = {
  name: "clock",
  async run({ settings, timeoutMs }) {
    if (settings.opsAddresses.length === 0) return [unknown];
    return Promise.all(
      settings.opsAddresses.map(async (address): Promise<Finding> => {
        const startedAt = Date.now();
        // Of one that doesn't answer the readiness check tells.
        const answer = await askOperations(address, "/livez", settings.tls, timeoutMs).catch(() => undefined);
        if (answer?.dateMs === undefined) return skip(`${address} doesn't tell its time`);
        return clockFinding(address, (startedAt + Date.now()) / 2 - answer.dateMs);
      }),
    );
  },
};

/** Judges a difference: ours minus theirs, in milliseconds. Theirs is told in whole seconds, cut off. */
export function clockFinding(address: string, differenceMs: number): Finding {
  const apart = Math.abs(differenceMs - 500);
  if (apart <= allowedMs) return ok(`${address} has the same time`);
  const which = differenceMs > 0 ? "ahead of" : "behind";
  return warn(`this machine is ${spanText(apart)} ${which} ${address}`, "Let both machines keep time by NTP.");
}

/** What services say that they wait for. */
export const readinessCheck: Check = {
  name: "readiness",
  async run({ settings, timeoutMs }) {
    if (settings.opsAddresses.length === 0) return [unknown];
    return Promise.all(
      settings.opsAddresses.map(async (address): Promise<Finding> => {
        try {
          const { status, body } = await askOperations(address, "/readyz", settings.tls, timeoutMs);
          if (status === 200) return ok(`${address} is ready`);
          return fail(`${address}: ${body.trim()}`, "Look at what it waits for, and at its log.");
        } catch (error) {
          const { message, code = "" } = error as NodeJS.ErrnoException;
          const advice = /CERT|SIGNATURE/.test(code)
            ? certificateAdvice(code)
            : "Correct --ops-address, or start the service.";
          return fail(`${address} doesn't answer: ${message}`, advice);
        }
      }),
    );
  },
};
