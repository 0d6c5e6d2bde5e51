import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { SwitchyardError } from "@switchyard/errors";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { type CoreModel, micros } from "./state.js";

/** The model's log store: reading a whole job's entries from the end, which is all that the dialect asks for. */
export function logRoutes(model: CoreModel): ServiceRoute[] {
  return [
    route(LogService, {
      readLog({ stream, from, pageSize, pageToken, filter }) {
        model.enter();
        if (from.case !== "fromEnd" || stream?.stream !== "" || stream.attempt !== 0) {
          throw new SwitchyardError("INVALID_ARGUMENT", "the model reads all streams of a job, from the end");
        }
        const all = [...model.logs]
          .filter(([key]) => key.startsWith(`${stream.jobId}/`))
          .flatMap(([, records]) => records);
        const levels = filter?.levels ?? [];
        const fitting = all
          .filter(({ entry }) => levels.length === 0 || levels.includes(entry?.level ?? 0))
          .sort((a, b) => micros(a.entry?.time) - micros(b.entry?.time));
        const end = fitting.length - Number(pageToken);
        // Pages shorter than asked for, as a bound of bytes makes them.
        const start = Math.max(0, end - Math.min(pageSize, 7));
        const nextPageToken = start > 0 ? String(fitting.length - start) : "";
        return { records: fitting.slice(start, end), nextPageToken };
      },
    }),
  ];
}
