import { formatSize } from '../../base/units.ts';
import type { BenchReport } from './bench.ts';
import type { Row, Verdict } from './compare.ts';
import { KINDS, type Unit } from './metrics.ts';

/** A dated table, and what it means in words. */
export function renderBench(report: BenchReport): string {
  const { date, machine, guest, rounds, rows, verdicts } = report;
  const others = report.others.filter(({ fault }) => fault === undefined);
  const faults = report.others.flatMap(({ fault = [] }) => fault);
  const head = [
    `${date.slice(0, 10)}, ${machine}`,
    `guest: ${guest}`,
    ...others.map((other, index) => `other ${index + 1}: ${other.guest}`),
    `medians of ${rounds} rounds; the ratio says how many times slower the guest is`,
  ];
  const titles = [
    '',
    'here',
    'guest',
    'ratio',
    ...others.flatMap((_, i) => [`other ${i + 1}`, 'ratio']),
  ];
  const table = [titles, ...rows.map((row) => renderRow(row, others))].map(align);
  const words = [...verdicts.map(renderVerdict), ...rows.filter(isStart).map(renderStart)];
  return [...head, ...faults, '', ...table, '', ...words].join('\n');
}

function renderRow(row: Row, others: BenchReport['others']): string[] {
  const { id, title, unit, native } = row;
  const same = others.map((other) => other.rows.find((one) => one.id === id));
  return [title, renderValue(unit, native), ...[row, ...same].flatMap(renderGuest)];
}

function renderGuest(row: Row | undefined): string[] {
  return row === undefined
    ? ['-', '-']
    : [renderValue(row.unit, row.guest), renderRatio(row.ratio)];
}

function align(cells: readonly string[]): string {
  const [title = '', ...figures] = cells;
  return `${title.padEnd(26)}${figures.map((text) => text.padStart(13)).join('')}`.trimEnd();
}

const SENTENCES = { good: 'Good for', fair: 'Fair for', poor: 'Poor for' } as const;

function renderVerdict({ kind, grade, ratio }: Verdict): string {
  return `${SENTENCES[grade]} ${KINDS[kind]}: ${renderRatio(ratio)}`;
}

function isStart({ id }: Row): boolean {
  return id === 'start';
}

/** Compared with jobs rather than with the start of a process. */
function renderStart({ guest }: Row): string {
  const job = Math.ceil((100 * guest) / 60);
  return `Starting and ending a guest takes ${renderValue('s', guest)}, 1 % of a job of ${job} min.`;
}

function renderRatio(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;
}

/** Names of thousandths, from a second down. */
const PARTS = ['s', 'ms', 'µs', 'ns'] as const;

function renderValue(unit: Unit, value: number): string {
  if (unit === 'B/s') return `${formatSize(value)}/s`;
  const step = Math.min(PARTS.length - 1, Math.max(0, Math.ceil(-Math.log10(value) / 3)));
  return `${(value * 1_000 ** step).toPrecision(3)} ${PARTS[step]}`;
}
