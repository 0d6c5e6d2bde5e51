import type { LogFilter } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { compileFilter, type EntryFilter, everything, type FilterSpec } from "../domain/read/entry-filter.js";
import { checkCount, invalid } from "./check.js";
import { momentOf } from "./times.js";

const MAX_CONTAINS_LENGTH = 1_000;

/**
 * Reads a filter; none lets everything through.
 * @throws SwitchyardError `INVALID_ARGUMENT`
 */
export function filterOf(filter: LogFilter | undefined): EntryFilter {
  if (filter === undefined) return everything;
  const { levels, minLevel, contains, regex, source, afterTime, beforeTime } = filter;
  checkCount("filter.levels", levels, 10);
  if (contains.length > MAX_CONTAINS_LENGTH) throw invalid("filter.contains", `is longer than ${MAX_CONTAINS_LENGTH}`);
  const spec: FilterSpec = {
    levels,
    minLevel,
    contains,
    regex,
    source,
    after: afterTime === undefined ? undefined : momentOf("filter.after_time", afterTime),
    before: beforeTime === undefined ? undefined : momentOf("filter.before_time", beforeTime),
  };
  return compileFilter(spec);
}
