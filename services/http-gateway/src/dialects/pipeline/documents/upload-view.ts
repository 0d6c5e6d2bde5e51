import type { FinishedRun } from "../runs/run-now.js";
import { refuseFailure } from "./run-failure.js";

/** The answer about a file that was uploaded. @throws PipelineError in the worker's words when it was not */
export function uploadView(run: FinishedRun): object {
  refuseFailure(run);
  const { uploaded_at = null, message = "", gdrive_file_id = null, gdrive_folder_id = null } = run.result?.data ?? {};
  return { success: true, uploaded_at, message, gdrive_file_id, gdrive_folder_id };
}
