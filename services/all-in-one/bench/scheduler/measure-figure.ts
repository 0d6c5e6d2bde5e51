import { RemoteError } from "./contenders/child.js";
import type { Contender, ContenderName, PeerName } from "./contenders/contender.js";
import type { OpenContenders } from "./contenders/open-contenders.js";
import type { BenchServer } from "./database/bench-server.js";
import { vacuum } from "./database/vacuum.js";
import type { Figure } from "./figures/figure.js";
import { createRunContext, type Measured } from "./measure/run-context.js";

/** What was measured of each contender, round by round. Who does not serve what a figure needs, or failed, is left out. */
export type Rounds = ReadonlyMap<ContenderName, readonly Measured[]>;

/** How a figure is measured. */
export interface MeasureOptions {
  readonly server: BenchServer;
  readonly contenders: OpenContenders;
  readonly peers: readonly PeerName[];
  readonly rounds: number;
  readonly scale: number;
  readonly profile: string | undefined;
  /** Hears of each measurement. */
  readonly onMeasured: (name: ContenderName, round: number, measured: Measured) => void;
  /** Hears of who takes no further part; `error` is unset when the contender does not serve what the figure needs. */
  readonly onLeft: (name: ContenderName, round: number, error: unknown) => void;
}

/**
 * Measures a figure of everybody who takes part, round by round: A B C A B C, so that what changes on the machine hits all alike. Contenders
 * go on from figure to figure, as services do, unless one has left something behind that would change the next figure.
 */
export async function measureFigure(figure: Figure, options: MeasureOptions): Promise<Rounds> {
  const { contenders, rounds: last } = options;
  const leaves = figure.leaves ?? "nothing";
  const rounds = new Map<ContenderName, Measured[]>();
  const taking = new Set(contendersOf(figure, options.peers));
  await contenders.keepOnly(taking);
  for (let round = 1; round <= last; round++) {
    for (const name of taking) {
      try {
        if (round === 1 && leaves === "much") await contenders.close(name);
        const contender = await contenders.get(name);
        const measured = await measureOnce(figure, contender, round, options);
        rounds.set(name, [...(rounds.get(name) ?? []), measured]);
        options.onMeasured(name, round, measured);
        if (leaves === "much" || (leaves === "waiting jobs" && round === last)) await contenders.close(name);
        else await vacuum(contender);
      } catch (error) {
        taking.delete(name);
        rounds.delete(name);
        options.onLeft(name, round, error instanceof RemoteError && error.notServed ? undefined : error);
        await contenders.close(name);
      }
    }
  }
  return rounds;
}

async function measureOnce(
  figure: Figure,
  contender: Contender,
  round: number,
  { server, scale, profile }: MeasureOptions,
): Promise<Measured> {
  const to = profile === undefined ? undefined : { directory: profile, prefix: `${figure.name}.${round}` };
  await server.admin.query("checkpoint");
  return figure.measure(contender, createRunContext(server, scale, to));
}

/** Who takes part in a figure, ours first. */
function contendersOf({ takesPart = () => true }: Figure, peers: readonly PeerName[]): ContenderName[] {
  return (["ours", "raw", ...peers] as const).filter(takesPart);
}
