import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";

/** Upper bounds of the classes of times, in seconds; longer ones belong to a last class without a bound. */
export const secondsBounds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30,
];

/** What names a method in metrics. */
export interface MethodLabels {
  readonly grpc_service: string;
  readonly grpc_method: string;
  readonly grpc_type: string;
}

/** What has been counted of one method: plain numbers, so that a call costs no look-up by labels. */
export class CallFigures {
  readonly labels: MethodLabels;
  begun = 0;
  /** By number of the status code; 0 is OK. */
  readonly ended: number[] = new Array<number>(17).fill(0);
  /** By class of time, each without the shorter ones. */
  readonly times: number[] = new Array<number>(secondsBounds.length + 1).fill(0);
  seconds = 0;

  constructor(method: DescMethod) {
    this.labels = { grpc_service: method.parent.typeName, grpc_method: method.name, grpc_type: method.methodKind };
  }

  /** A call has ended. */
  end(seconds: number, code: Code | undefined): void {
    const ended = code ?? 0;
    this.ended[ended] = (this.ended[ended] ?? 0) + 1;
    let time = 0;
    while (time < secondsBounds.length && seconds > (secondsBounds[time] as number)) time++;
    this.times[time] = (this.times[time] ?? 0) + 1;
    this.seconds += seconds;
  }
}

/** The name of a status code in metrics. */
export function codeName(code: number): string {
  return code === 0 ? "OK" : (Code[code] as string);
}
