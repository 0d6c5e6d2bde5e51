import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { hasScope, principalOf, receiveUpload } from "@switchyard/service-kit";
import type { ArtifactDeps } from "../domain/artifact-deps.js";
import { commitArtifacts } from "../domain/commit-artifacts.js";
import { deleteArtifacts } from "../domain/delete-artifacts.js";
import { getArtifact, getArtifactAt } from "../domain/find-artifact.js";
import { listArtifacts } from "../domain/list-artifacts.js";
import { rangeOf, readArtifact } from "../domain/read-artifact.js";
import { uploadArtifact } from "../domain/upload-artifact.js";
import { artifactListFromProto, artifactToProto, draftFromProto, nameOfDownload } from "./artifact-mapping.js";
import { checkArtifactId, checkAttempt } from "./check-artifact.js";
import { checkCount, checkName, checkNumber, invalidField } from "./check-request.js";
import { enterNamespace } from "./enter-namespace.js";

/** Serves artifacts. */
export function createArtifactRoute(deps: ArtifactDeps): ServiceRoute {
  const { db } = deps;
  return route(ArtifactService, {
    uploadArtifact: (requests, context) =>
      deps.runUpload(() =>
        receiveUpload(requests, async (artifact, pieces) => {
          enterNamespace(context, artifact.namespace, "artifact.namespace");
          const draft = draftFromProto(artifact);
          if (!draft.staged) requireSubmit(context);
          return { artifact: artifactToProto(await uploadArtifact(deps, draft, pieces, context.signal)) };
        }),
      ),
    async *downloadArtifact(request, context) {
      const namespace = enterNamespace(context, request.namespace);
      const by = nameOfDownload(request);
      const offset = checkNumber(Number(request.offset), "offset", 0, Number.MAX_SAFE_INTEGER);
      const length = checkNumber(Number(request.length), "length", 0, Number.MAX_SAFE_INTEGER);
      const artifact = "id" in by ? await getArtifact(db, namespace, by.id) : await getArtifactAt(db, by);
      const range = rangeOf(artifact.size, offset, length);
      yield { artifact: artifactToProto(artifact) };
      for await (const data of readArtifact(deps, artifact, range, context.signal)) yield { data };
    },
    async getArtifact({ namespace, artifactId }, context) {
      enterNamespace(context, namespace);
      const artifact = await getArtifact(db, namespace, checkArtifactId(artifactId, "artifact_id"));
      return { artifact: artifactToProto(artifact) };
    },
    async listArtifacts(request, context) {
      enterNamespace(context, request.namespace);
      const { artifacts, nextPageToken } = await listArtifacts(db, artifactListFromProto(request));
      return { artifacts: artifacts.map(artifactToProto), nextPageToken };
    },
    async commitArtifacts({ namespace, jobId, attempt, artifactIds }, context) {
      enterNamespace(context, namespace);
      checkName(jobId, "job_id");
      checkAttempt(attempt, "attempt", 1);
      const ids = checkIds(artifactIds, 0);
      return { committedCount: await commitArtifacts(db, { namespace, jobId, attempt, ids }) };
    },
    async deleteArtifacts({ namespace, artifactIds, jobId }, context) {
      enterNamespace(context, namespace);
      if (jobId !== "" && artifactIds.length > 0) throw invalidField("job_id", "excludes artifact_ids");
      const which = jobId === "" ? { ids: checkIds(artifactIds, 1) } : { jobId: checkName(jobId, "job_id") };
      return { deletedCount: await deleteArtifacts(db, namespace, which) };
    },
  });
}

/**
 * Who may only run work uploads staged files: they show when the outcome of the attempt names them, and outcomes are fenced.
 *
 * @throws SwitchyardError PERMISSION_DENIED
 */
function requireSubmit(context: HandlerContext): void {
  const principal = principalOf(context);
  if (hasScope(principal, "submit")) return;
  const text = `${principal.name} may upload staged files only; others need scope submit`;
  throw new SwitchyardError("PERMISSION_DENIED", text, { scope: "submit" });
}

function checkIds(ids: readonly string[], least: 0 | 1): readonly string[] {
  checkCount(ids.length, "artifact_ids", least, 1_000);
  return ids.map((id, index) => checkArtifactId(id, `artifact_ids[${index}]`));
}
