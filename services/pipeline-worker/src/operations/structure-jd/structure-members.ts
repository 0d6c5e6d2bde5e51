import { naiveTime } from "../json/times.js";
import { type JsonObject, numberOf, objectOf } from "../json/values.js";
import type { ProcessedJd } from "./processed-jd.js";

/**
 * Members of a posting that keep a structured text. `extracted_jd` stays as it is; the old service overwrote it with this one's
 * result, which the extraction then had to repeat.
 */
export function structureMembers(body: JsonObject, jd: ProcessedJd): JsonObject {
  const annotations = objectOf(body["jd_annotations"]);
  return {
    processed_jd: jd,
    jd_annotations: {
      ...annotations,
      processed_jd_html: jd.html,
      processed_jd_sections: jd.sections,
      content_hash: jd.content_hash,
      annotation_version: (numberOf(annotations["annotation_version"]) ?? 0) + 1,
    },
    updatedAt: naiveTime(),
  };
}
