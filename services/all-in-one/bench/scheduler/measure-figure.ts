import { RemoteError } from "./contenders/child.js";
import type { Contender, ContenderName, PeerName } from "./contenders/contender.js";
import { openOurs } from "./contenders/ours.js";
import { openPeer } from "./contenders/peer.js";
import { openRaw } from "./contenders/raw.js";
import type { BenchServer } from "./database/bench-server.js";
import { vacuum } from "./database/vacuum.js";
import type { Figure } from "./figures/figure.js";
import { createRunContext, type Measured } from "./measure/run-context.js";

/** What was measured of each contender, round by round. Who does not serve what a figure needs, or failed, is left out. */
export type Rounds = ReadonlyMap<ContenderName, readonly Measured[]>;

/** How a figure is measured. */
export interface MeasureOptions {
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
 * Measures a figure of everybody who takes part, round by round: A B C A B C, so that what changes on the machine hits all alike. Each
 * contender has a database and processes of its own, which last for the figure, or for one round if the figure asks for that.
 */
export async function measureFigure(server: BenchServer, figure: Figure, options: MeasureOptions): Promise<Rounds> {
  const rounds = new Map<ContenderName, Measured[]>();
  const taking = new Set(contendersOf(figure, options.peers));
  const open = new Map<ContenderName, Contender>();
  const close = async (name: ContenderName) => {
    const contender = open.get(name);
    open.delete(name);
    await contender?.close();
  };
  try {
    for (let round = 1; round <= options.rounds; round++) {
      for (const name of taking) {
        try {
          const contender = open.get(name) ?? (await openContender(name, server));
          open.set(name, contender);
          const measured = await measureOnce(server, figure, contender, round, options);
          rounds.set(name, [...(rounds.get(name) ?? []), measured]);
          options.onMeasured(name, round, measured);
          if (figure.fresh) await close(name);
          else await vacuum(contender);
        } catch (error) {
          taking.delete(name);
          rounds.delete(name);
          options.onLeft(name, round, error instanceof RemoteError && error.notServed ? undefined : error);
          await close(name);
        }
      }
    }
  } finally {
    for (const name of [...open.keys()]) await close(name);
  }
  return rounds;
}

async function measureOnce(
  server: BenchServer,
  figure: Figure,
  contender: Contender,
  round: number,
  { scale, profile }: MeasureOptions,
): Promise<Measured> {
  const to = profile === undefined ? undefined : { directory: profile, prefix: `${figure.name}.${round}` };
  await server.admin.query("checkpoint");
  return figure.measure(contender, createRunContext(server, scale, to));
}

/** Who takes part in a figure, ours first. */
function contendersOf({ takesPart = () => true }: Figure, peers: readonly PeerName[]): ContenderName[] {
  return (["ours", "raw", ...peers] as const).filter(takesPart);
}

function openContender(name: ContenderName, server: BenchServer): Promise<Contender> {
  const database = `bench_${name.replace("-", "_")}`;
  if (name === "ours") return openOurs(server, database);
  if (name === "raw") return openRaw(server, database);
  return openPeer(name, server, database);
}
