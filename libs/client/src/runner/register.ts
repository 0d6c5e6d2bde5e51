import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import {
  RegisterRunnerRequest_Mode,
  type RunnerService,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { brokenContract, isSafelyRepeated, retrying } from "../retry/retrying.js";
import { kindSelectors } from "./handlers.js";
import type { RunnerIdentity } from "./runner-options.js";

/** A runner's identity with its kinds known. */
export type RegisteredIdentity = RunnerIdentity & { readonly kinds: readonly string[] };

/**
 * Registers a runner, repeating until the gateway answers, and answers its id.
 *
 * @param known the id that the runner had before, if the gateway has forgotten it meanwhile: what it holds is kept then
 */
export async function registerRunner(
  runners: Client<typeof RunnerService>,
  identity: RegisteredIdentity,
  known: string | undefined,
  { clock, ...options }: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly clock: Clock },
): Promise<string> {
  const id = known ?? identity.runnerId;
  const request = {
    namespace: identity.namespace,
    ...(id === undefined
      ? { mode: RegisterRunnerRequest_Mode.NEW }
      : { mode: RegisterRunnerRequest_Mode.UPSERT, runnerId: id, releaseHeld: known === undefined }),
    spec: {
      name: identity.name,
      slots: identity.slots ?? 1,
      profile: {
        kinds: kindSelectors(identity.kinds),
        labels: { ...identity.labels },
        queues: [...(identity.queues ?? [])],
      },
      ...(identity.presenceMs === undefined ? {} : { presence: durationFromMs(identity.presenceMs) }),
    },
  };
  const { runner } = await retrying(() => runners.registerRunner(request, options), {
    signal: options.signal,
    backoff: { clock },
    retryable: (error) => isSafelyRepeated(error, options.signal),
  });
  if (runner === undefined) throw brokenContract("the registration was answered without a runner");
  return runner.id;
}
