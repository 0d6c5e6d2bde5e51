import type { OperationContext } from "../../operation.js";
import type { LayerBook } from "../layers/layer-book.js";
import { loadPosting } from "./load-posting.js";
import { type Posting, titleOf } from "./posting.js";

/** Loads the posting of a run, as the first of its layers. @throws OperationFailure as `loadPosting` */
export function fetchPosting(layers: LayerBook, context: OperationContext): Promise<Posting> {
  return layers.run(
    "fetch_job",
    "Loading the job",
    () => loadPosting(context),
    (found) => `Found job: ${titleOf(found)}`,
  );
}
