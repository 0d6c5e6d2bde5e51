import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** The dialect's own metrics of one gateway, under the names of the old service. */
export interface JanitorMetrics {
  /** The content type of `text`. */
  readonly contentType: string;
  /** Counts a call for work. @param worker null for one without a name */
  assigned(worker: string | null): void;
  /** Counts a run that is over. @param seconds that it took */
  finished(campaign: string, code: string, seconds: number): void;
  /** Counts a call for work that found nothing. */
  queueEmpty(): void;
  /** Counts a host that is left alone from now on. */
  hostLimited(host: string): void;
  /** Counts an upload of a result's files that failed. */
  uploadFailed(): void;
  /** Counts log files that were kept. */
  logsUploaded(files: number): void;
  /** All series as text. @param activeRuns by worker; undefined where it is not known, which leaves them out */
  text(activeRuns: ReadonlyMap<string, number> | undefined): Promise<string>;
}

/** Values that callers choose, for each label; what is more would be a series for every caller, and counts as one. */
const mostValues = 1000;

/** Makes the metrics; all mounts of the dialect share them. */
export function createJanitorMetrics(): JanitorMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const runs = counter("run_count", "Runs that are over.");
  const assignments = counter("assignments", "Calls for work.", "worker");
  const results = counter("result", "Runs that are over, by result.", "campaign", "result_code");
  const limitedHosts = counter("rate_limited_host", "Hosts that were left alone for a while.", "host");
  const emptyCalls = counter("queue_empty", "Calls for work that found nothing.");
  const failedUploads = counter("artifact_upload_failed", "Uploads of result files that failed.");
  const logs = counter("logfile_uploads", "Log files that were kept.");
  const durations = new Histogram({
    name: "build_duration",
    help: "Seconds that runs took.",
    labelNames: ["campaign"],
    buckets: [1, 5, 15, 60, 300, 900, 3600, 14_400],
    registers,
  });
  const lastSuccess = new Gauge({
    name: "job_last_success_unixtime",
    help: "When a run ended well for the last time.",
    registers,
  });
  const active = new Gauge({ name: "active_runs", help: "Runs now.", labelNames: ["worker"], registers });
  const [workers, codes, campaigns, hosts] = [createLabel(), createLabel(), createLabel(), createLabel()];
  return {
    contentType: "text/plain; version=0.0.4",
    assigned: (worker) => assignments.inc({ worker: workers(worker ?? "") }),
    finished(campaign, code, seconds) {
      runs.inc();
      results.inc({ campaign: campaigns(campaign), result_code: codes(code) });
      durations.observe({ campaign: campaigns(campaign) }, seconds);
      if (code === "success") lastSuccess.setToCurrentTime();
    },
    queueEmpty: () => emptyCalls.inc(),
    hostLimited: (host) => limitedHosts.inc({ host: hosts(host) }),
    uploadFailed: () => failedUploads.inc(),
    logsUploaded: (files) => logs.inc(files),
    async text(activeRuns) {
      active.reset();
      for (const [worker, count] of activeRuns ?? []) active.inc({ worker: workers(worker) }, count);
      return registry.metrics();
    },
  };
}

/** Passes on so many values, and says `other` for the rest. */
function createLabel(): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < mostValues) known.add(value);
    return known.has(value) ? value : "other";
  };
}
