import type { SwitchyardClient } from "@switchyard/client";
import { collectionDeclarations } from "@switchyard/pipeline-model";

/** Declares every collection of the namespace. */
export async function declareCollections(
  catalog: SwitchyardClient["catalog"],
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (const collection of collectionDeclarations(namespace))
    await catalog.declareCollection({ collection }, { signal });
}
