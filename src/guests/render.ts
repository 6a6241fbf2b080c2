import { type Bytes, formatSize } from '../base/units.ts';
import { quote } from '../launch/shell.ts';
import type { ListedGuest } from './list.ts';

const HEADINGS = ['NAME', 'STATE', 'AGE', 'MEMORY', 'NETWORK', 'IMAGE', 'JOB'];
/** Of the last two columns; `--json` tells it all. */
const LONGEST = 40;

/** A table for people; each broken guest's error on a line of its own below it. */
export function renderGuests(guests: readonly ListedGuest[]): string {
  if (guests.length === 0) return 'no guests are running';
  const rows = [HEADINGS, ...guests.map(toRow)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  return lines
    .flatMap((line, index) => {
      const error = guests[index - 1]?.error;
      return [line.trimEnd(), ...(error === undefined ? [] : [`  ${error}`])];
    })
    .join('\n');
}

function toRow(guest: ListedGuest): string[] {
  const { name, state, age, image, cow, command } = guest;
  return [
    name,
    state,
    renderAge(age),
    renderMemory(guest.memoryUsed, guest.memory),
    renderNetwork(guest),
    shorten(cow ?? image ?? '-', 'end'),
    command === undefined ? '-' : shorten(command.map(quote).join(' ') || '(shell)', 'start'),
  ];
}

function renderAge(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
  ] as const;
  const [size, letter] = units.find(([unit]) => seconds >= 2 * unit) ?? [1, 's'];
  return `${Math.floor(seconds / size)}${letter}`;
}

function renderMemory(used: Bytes | undefined, given: Bytes | undefined): string {
  if (given === undefined) return '-';
  return `${used === undefined ? '?' : formatSize(used)} of ${formatSize(given)}`;
}

function renderNetwork({ network, segments = [] }: ListedGuest): string {
  if (network === undefined) return '-';
  const published = network.kind === 'slirp4netns' ? (network.publish ?? []) : [];
  return [
    network.kind,
    ...published.map(({ hostPort, guestPort }) => `${hostPort}:${guestPort}`),
    ...segments.map(({ kind, address }) => `${kind} ${address}`),
  ].join(', ');
}

function shorten(text: string, kept: 'start' | 'end'): string {
  const plain = [...text].map((sign) => (sign < ' ' || sign === '\x7f' ? '?' : sign));
  if (plain.length <= LONGEST) return plain.join('');
  return kept === 'start'
    ? `${plain.slice(0, LONGEST - 1).join('')}…`
    : `…${plain.slice(1 - LONGEST).join('')}`;
}
