type Rows = readonly (readonly [status: string, meaning: string])[];

/** The tables of `docs/exit-status.md`, in their order: status and meaning. */
export function exitStatuses(markdown: string): readonly Rows[] {
  return markdown.split(/^## /m).slice(1).map(rowsOf);
}

function rowsOf(part: string): Rows {
  return part
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, status = '']) => /^\d/.test(status))
    .map(([, status = '', meaning = '']) => [status, meaning]);
}
