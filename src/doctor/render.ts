import { GROUPS } from './check.ts';
import type { Line, Report } from './examine.ts';

/**
 * The report for people; `quiet` leaves out what is well.
 *
 * @param where What was looked at.
 */
export function renderReport({ lines, usable }: Report, quiet: boolean, where = 'here'): string {
  const shown = quiet ? lines.filter(({ verdict }) => verdict !== 'ok') : lines;
  const groups = GROUPS.flatMap((group) => {
    const own = shown.filter((line) => line.group === group);
    return own.length === 0 ? [] : [`${group}\n${own.map(renderLine).join('\n')}`];
  });
  const count = (verdict: Line['verdict']): number =>
    lines.filter((line) => line.verdict === verdict).length;
  const sums = `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failures`;
  const verdict = `Guests ${usable ? 'can' : 'cannot'} run ${where}: ${sums}.`;
  return [...groups, verdict].join('\n\n');
}

function renderLine(line: Line): string {
  const head = `  ${line.verdict.padEnd(5)} ${line.title.padEnd(20)} ${line.found}`;
  return line.verdict === 'ok' ? head : `${head}\n${' '.repeat(8)}-> ${line.remedy}`;
}
