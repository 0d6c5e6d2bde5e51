import stringWidth from "string-width";
import { printable } from "./printable.js";
import { paint, type Tone } from "./tone.js";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand on the right. */
  readonly right?: boolean;
  readonly tone?: (row: Row) => Tone | undefined;
}

/** Rows as lines under a line of titles; columns are as wide as their widest text. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], colors: boolean): string {
  const texts = rows.map((row) => columns.map(({ text }) => printable(text(row)) || "-"));
  const widths = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...texts.map((line) => stringWidth(line[at] as string))),
  );
  const lineOf = (cells: readonly string[], row?: Row): string =>
    columns
      .map(({ right, tone }, at) => {
        const cell = cells[at] as string;
        const gap = " ".repeat((widths[at] as number) - stringWidth(cell));
        const painted = paint(cell, row === undefined ? undefined : tone?.(row), colors);
        return right ? `${gap}${painted}` : `${painted}${gap}`;
      })
      .join("  ")
      .trimEnd();
  const titles = lineOf(columns.map(({ title }) => title));
  return `${[titles, ...texts.map((cells, at) => lineOf(cells, rows[at]))].join("\n")}\n`;
}

/** Facts as lines of name and value; facts without a value are left out. */
export function renderFacts(facts: readonly (readonly [name: string, value: string | undefined])[]): string {
  const known = facts.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...known.map(([name]) => stringWidth(name)));
  const lines = known.map(
    ([name, value = ""]) => `${name}${" ".repeat(width - stringWidth(name))}  ${printable(value)}`,
  );
  return `${lines.join("\n")}\n`;
}
