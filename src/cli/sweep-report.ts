import { isOver, type Seen } from '../grid/look.ts';
import { renderTally, tally } from '../grid/sweep/tally.ts';
import { renderRows } from './table.ts';

/** Every job of a sweep that went wrong, and how many went how. */
export function renderSweep(seen: readonly Seen[]): string {
  const bad = seen.filter(({ status }) => isOver(status) && status.state !== 'finished');
  const rows = bad.map(({ record, status }) => [
    record.id,
    status.state,
    status.exitStatus === undefined ? '-' : String(status.exitStatus),
    `${record.sweep?.value ?? ''}${status.reason === undefined ? '' : `: ${status.reason}`}`,
  ]);
  const head = `${seen.length} jobs: ${renderTally(tally(seen))}`;
  return rows.length === 0 ? head : `${head}\n${renderRows(rows)}`;
}

/** The same as data. */
export function sweepView(seen: readonly Seen[]) {
  const [first] = seen;
  return {
    id: first?.record.sweep?.id,
    name: first?.record.description.name,
    jobs: seen.length,
    states: Object.fromEntries(tally(seen)),
  };
}
