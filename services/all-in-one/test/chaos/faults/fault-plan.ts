/** Sorts of faults. */
export type FaultClass =
  | "kill scheduler"
  | "pause scheduler"
  | "kill gateway"
  | "pause gateway"
  | "kill log-store"
  | "pause log-store"
  | "kill runner"
  | "pause runner"
  | "cut a way"
  | "refuse a way"
  | "half-open way"
  | "slow way"
  | "restart PostgreSQL"
  | "fail over PostgreSQL";

/** How often each comes in a deck: five decks are what two hours shall hold. */
const deck: Readonly<Record<FaultClass, number>> = {
  "kill scheduler": 10,
  "pause scheduler": 10,
  "kill gateway": 7,
  "pause gateway": 5,
  "kill log-store": 3,
  "pause log-store": 2,
  "kill runner": 3,
  "pause runner": 3,
  "cut a way": 4,
  "refuse a way": 2,
  "half-open way": 3,
  "slow way": 1,
  "restart PostgreSQL": 6,
  "fail over PostgreSQL": 1,
};

/** Yields faults for ever: decks, each shuffled by the random numbers. */
export function* planFaults(random: () => number): Generator<FaultClass, never> {
  for (;;) {
    const cards = (Object.keys(deck) as FaultClass[]).flatMap((fault) =>
      Array.from({ length: deck[fault] }, () => fault),
    );
    while (cards.length > 0) yield cards.splice(Math.floor(random() * cards.length), 1)[0] as FaultClass;
  }
}
