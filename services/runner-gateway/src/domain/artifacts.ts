import type { Client } from "@connectrpc/connect";
import { fromConnectError, type Reason, SwitchyardError } from "@switchyard/errors";
import type { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { AttemptArtifact } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { refKey } from "./attempt-key.js";
import { checkLeases } from "./lease-check.js";
import { refusalOf } from "./refusal.js";
import type { Renewals } from "./renewals/renewals.js";
import type { EndedAttempt } from "./seals.js";

/** A stored file. */
export interface StoredArtifact {
  readonly artifactId: string;
  readonly size: bigint;
  readonly sha256: Uint8Array<ArrayBuffer>;
}

/** Keeps the files of attempts for runners. */
export interface RunnerArtifacts {
  /**
   * Stores a file behind a check of its lease. Nobody sees it before an outcome names it.
   *
   * @throws SwitchyardError LEASE_LOST, NOT_HOLDER, ALREADY_FINISHED, JOB_NOT_FOUND; UNIMPLEMENTED without a catalog; what the catalog refuses
   */
  upload(facts: AttemptArtifact, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StoredArtifact>;
  /**
   * Makes the files visible that a taken outcome names, and gives up the attempt's others. A repeat does nothing.
   *
   * @throws ConnectError when the catalog does not answer; it may be repeated then
   */
  commit(namespace: string, ended: EndedAttempt): Promise<void>;
}

/** What {@link createRunnerArtifacts} needs. */
export interface RunnerArtifactsDeps {
  readonly renewals: Renewals;
  /** Unset: files are refused. */
  readonly catalog: Client<typeof ArtifactService> | undefined;
  /** Told of files that an outcome names and that are not there: the outcome stands, and no repeat finds them. */
  readonly onMissing: (error: unknown) => void;
  /** Deadline of a commit. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Refusals that a repeat meets again. */
const forGood: ReadonlySet<Reason> = new Set<Reason>(["INVALID_ARGUMENT", "ARTIFACT_NOT_FOUND", "PERMISSION_DENIED"]);

/**
 * Creates the keeper of files. The lease is checked before a byte goes to the catalog, and again when all are there: an attempt that was lost meanwhile gets an
 * error. What it has stored is seen by nobody, as its outcome is refused, and the catalog gives it up after a while.
 */
export function createRunnerArtifacts(deps: RunnerArtifactsDeps): RunnerArtifacts {
  const { renewals, catalog, onMissing, timeoutMs = 10_000 } = deps;

  async function requireLease({ namespace, runnerId, attempt }: AttemptArtifact): Promise<LeaseStatus> {
    const ref = attempt as AttemptRef;
    const status = (await checkLeases(renewals, namespace, runnerId, [ref])).get(refKey(ref)) as LeaseStatus;
    if (status.reason !== ErrorReason.UNSPECIFIED) throw refusalOf(status);
    return status;
  }

  return {
    async upload(facts, pieces, signal) {
      if (catalog === undefined) throw new SwitchyardError("UNIMPLEMENTED", "this gateway has no catalog for files");
      const { attempt } = await requireLease(facts);
      const { namespace, name, contentType, labels } = facts;
      const jobId = facts.attempt?.jobId ?? "";
      let broken: unknown;
      async function* messages() {
        const artifact = { namespace, jobId, attempt, name, contentType, labels, staged: true };
        yield { message: { case: "artifact" as const, value: artifact } };
        try {
          for await (const data of pieces)
            yield { message: { case: "data" as const, value: data as Uint8Array<ArrayBuffer> } };
        } catch (error) {
          // The call to the catalog fails with it, in other words.
          broken = error;
          throw error;
        }
      }
      const { artifact } = await catalog.uploadArtifact(messages(), { signal }).catch((error: unknown) => {
        throw broken ?? error;
      });
      if (artifact === undefined) throw new Error("the catalog answered without an artifact");
      await requireLease(facts);
      return { artifactId: artifact.id, size: artifact.size, sha256: new Uint8Array(artifact.sha256) };
    },
    async commit(namespace, { jobId, attempt, outcome }) {
      if (catalog === undefined || outcome.artifacts.length === 0) return;
      try {
        await catalog.commitArtifacts({ namespace, jobId, attempt, artifactIds: outcome.artifacts }, { timeoutMs });
      } catch (error) {
        if (!forGood.has(fromConnectError(error).reason)) throw error;
        onMissing(error);
      }
    },
  };
}
