import type { Measured } from './measure.ts';

/** A fraction that one contender may take of another's time, and whether it does. */
export interface Goal {
  readonly of: Measured;
  readonly against: Measured;
  readonly most: number;
}

/** @param against Names whose time the others are divided by: a column each. */
export function printTable(
  title: string,
  rows: readonly Measured[],
  against: readonly string[],
): void {
  const heads = ['s', 'cpu s', 'MB', ...against.map((name) => `/${name}`)];
  print(title, heads);
  const references = rows.filter(({ name }) => against.includes(name));
  for (const row of rows) {
    const ratios = references.map((reference) => ratioTo(reference, row));
    print(row.name, [
      figure(row.seconds, 2),
      figure(row.busy, 2),
      figure(row.memory, 0),
      ...ratios,
    ]);
  }
}

/** Of seconds; in parentheses of processor time, which other work on the machine disturbs less. */
function ratioTo({ seconds, busy }: Measured, row: Measured): string {
  const ofBusy = row.busy / busy;
  const more = Number.isNaN(ofBusy) ? '' : ` (${ofBusy.toFixed(3)})`;
  return `${(row.seconds / seconds).toFixed(3)}${more}`;
}

function figure(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

export function printGoals(goals: readonly Goal[]): void {
  for (const { of, against, most } of goals) {
    const ratio = of.seconds / against.seconds;
    const wanted = most < 0.2 ? `1/${Math.round(1 / most)}` : most.toString();
    const found = most < 0.2 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2);
    const verdict = ratio <= most ? 'holds' : 'MISSED';
    const busy = `processor time 1/${(against.busy / of.busy).toFixed(1)}`;
    const more = Number.isNaN(against.busy) ? [] : [busy];
    print(`${verdict}: ${of.name} against ${against.name}`, [found, `(${wanted} wanted)`, ...more]);
  }
}

/** @param most MB. */
export function printMemory(rows: readonly Measured[], most: number): void {
  for (const { name, memory } of rows) {
    const verdict = memory < most ? 'holds' : 'MISSED';
    print(`${verdict}: memory of ${name}`, [`${memory.toFixed(0)} MB`, `(${most} wanted)`]);
  }
}

export function print(name: string, figures: readonly string[]): void {
  const cells = figures.map((text) => text.padStart(Math.max(9, text.length + 2)));
  process.stdout.write(`${name.padEnd(46)}${cells.join('')}\n`);
}
