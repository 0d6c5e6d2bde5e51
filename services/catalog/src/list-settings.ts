import { sizeBytes } from "@switchyard/service-kit";

/** Memory for the index fields of large collections where nothing else is said, in bytes. */
export const defaultListMemoryBytes = 256 * 1024 ** 2;

/** Environment variables about lists. */
export const listSettings = {
  /** Memory for the index fields of large collections; `0` leaves all counting to the database. */
  CATALOG_LIST_MEMORY: sizeBytes().default(defaultListMemoryBytes),
};
