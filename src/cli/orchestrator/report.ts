import type { CycleReport } from '../../orchestrator/setup.ts';
import type { Store, StoredEntry } from '../../orchestrator/store/store.ts';

/** Tells each cycle's news once: what the journal says, what could not be learnt, and how many nodes there are. */
export function reporter(store: Store): (report: CycleReport) => readonly string[] {
  let last = store.journal({ limit: 1 }).at(-1)?.seq ?? 0;
  let troubles: readonly string[] = [];
  return (report) => {
    const entries = store.journal({ since: report.at - LOOK_BACK }).filter(({ seq }) => seq > last);
    last = entries.at(-1)?.seq ?? last;
    const fresh = report.troubles.filter((text) => !troubles.includes(text));
    troubles = report.troubles;
    return render(report, entries, fresh);
  };
}

/** Entries are of the time when something was done, which may be before the cycle's. */
const LOOK_BACK = 3_600;

function render(
  { at, phases }: CycleReport,
  entries: readonly StoredEntry[],
  troubles: readonly string[],
): readonly string[] {
  const lines = [
    ...entries.map((entry) => `${timeOf(entry.at)} ${renderEntry(entry)}`),
    ...troubles.map((text) => `${timeOf(at)} trouble: ${text}`),
  ];
  if (lines.length === 0) return [];
  const counts = Object.entries(phases).map(([phase, count]) => `${count} ${phase}`);
  return [...lines, `${timeOf(at)} ${counts.length === 0 ? 'no nodes' : counts.join(', ')}`];
}

function renderEntry({ node, pool, text }: StoredEntry): string {
  const of = node ?? pool;
  return of === undefined ? text : `${of} ${text}`;
}

function timeOf(at: number): string {
  return new Date(at * 1_000).toISOString().slice(11, 19);
}
