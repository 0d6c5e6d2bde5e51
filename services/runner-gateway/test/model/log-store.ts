import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";

interface Stream {
  readonly texts: string[];
  sealedAt: bigint | undefined;
}

/** A small log store that keeps what is appended and refuses what is sealed. */
export class ModelLogStore {
  /** By `job#attempt/stream`. */
  readonly streams = new Map<string, Stream>();
  /** Attempts that were sealed whole, as `job#attempt`. */
  readonly sealed = new Set<string>();
  /** By job: attempts below this number are sealed. */
  readonly sealedBefore = new Map<string, number>();
  /** Everything that was asked for, in order: `append`, `replace`, `seal`. */
  readonly journal: string[] = [];
  isAway = false;

  readonly route: ServiceRoute = route(LogService, {
    appendLog: ({ appends }) => {
      this.#checkThere();
      return {
        results: appends.map(({ jobId, attempt, append }) => {
          this.journal.push(`append ${jobId}#${attempt}`);
          if (this.#isClosed(jobId, attempt)) return { reason: ErrorReason.LEASE_LOST, message: "an older attempt" };
          const { texts } = this.#stream(jobId, attempt, append?.stream ?? "");
          const first = BigInt(texts.length);
          if (append?.content.case === "text") texts.push(Buffer.from(append.content.value.lines).toString());
          return { firstSequence: first, nextSequence: BigInt(texts.length) };
        }),
      };
    },
    replaceLogText: ({ stream, text }) => {
      this.#checkThere();
      this.journal.push(`replace ${stream?.jobId}#${stream?.attempt}`);
      const { texts } = this.#stream(stream?.jobId ?? "", stream?.attempt ?? 0, stream?.stream ?? "");
      texts.splice(0, texts.length, text);
      return { nextSequence: 1n, reset: true };
    },
    sealLog: ({ targets }) => {
      this.#checkThere();
      for (const { jobId, which, lengths } of targets) {
        this.journal.push(`seal ${jobId} ${which.case} ${which.value}`);
        if (which.case === "beforeAttempt") this.sealedBefore.set(jobId, which.value);
        if (which.case === "attempt") {
          this.sealed.add(`${jobId}#${which.value}`);
          for (const { stream, length } of lengths) this.#stream(jobId, which.value, stream).sealedAt = length;
        }
      }
      return { sealedCount: targets.length };
    },
  });

  #stream(jobId: string, attempt: number, name: string): Stream {
    const key = `${jobId}#${attempt}/${name}`;
    const stream = this.streams.get(key) ?? { texts: [], sealedAt: undefined };
    this.streams.set(key, stream);
    return stream;
  }

  #isClosed(jobId: string, attempt: number): boolean {
    return attempt < (this.sealedBefore.get(jobId) ?? 0) || this.sealed.has(`${jobId}#${attempt}`);
  }

  #checkThere(): void {
    if (this.isAway) throw new ConnectError("connection refused", Code.Unavailable);
  }
}
