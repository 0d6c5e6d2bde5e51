import { Code, ConnectError } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";

/** A file that was staged. */
interface StagedFile {
  readonly id: string;
  /** `job#attempt/name`. */
  readonly path: string;
  readonly text: string;
  committed: boolean;
}

/** A small catalog that takes staged files and shows those that are committed. */
export class ModelCatalog {
  readonly files = new Map<string, StagedFile>();
  isAway = false;
  /** Called when the first message of an upload has come. */
  onUpload: () => void = () => undefined;

  readonly route: ServiceRoute = route(ArtifactService, {
    uploadArtifact: async (requests) => {
      this.#checkThere();
      let path = "";
      const pieces: Uint8Array[] = [];
      for await (const { message } of requests) {
        if (message.case === "artifact") {
          const { jobId, attempt, name, staged } = message.value;
          if (!staged) throw new SwitchyardError("PERMISSION_DENIED");
          path = `${jobId}#${attempt}/${name}`;
          this.onUpload();
        } else if (message.case === "data") pieces.push(message.value);
      }
      const id = `file-${this.files.size + 1}`;
      const text = Buffer.concat(pieces).toString();
      this.files.set(id, { id, path, text, committed: false });
      return { artifact: { id, size: BigInt(text.length) } };
    },
    commitArtifacts: ({ artifactIds }) => {
      this.#checkThere();
      for (const id of artifactIds) {
        const file = this.files.get(id);
        if (file === undefined) throw new SwitchyardError("ARTIFACT_NOT_FOUND");
        file.committed = true;
      }
      return { committedCount: artifactIds.length };
    },
  });

  #checkThere(): void {
    if (this.isAway) throw new ConnectError("the catalog is away", Code.Unavailable);
  }
}
