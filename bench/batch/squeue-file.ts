import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Recorded from Slurm 22.05.8. */
const RECORDED = join(import.meta.dirname, '../../test/fixtures/slurm/squeue.json');

/** Writes what `squeue --json` prints for so many jobs: each is one that was recorded, with another number and user. */
export async function writeSqueue(path: string, jobs: number): Promise<void> {
  const text = readFileSync(RECORDED, 'utf8');
  const begin = text.indexOf('"jobs": [\n') + '"jobs": [\n'.length;
  const end = text.lastIndexOf('\n  ]');
  const kinds = text.slice(begin, end).split(',\n    {\n');
  const entries = kinds.map((kind) => (kind.startsWith('    {\n') ? kind : `    {\n${kind}`));
  const file = await open(path, 'w');
  try {
    await file.write(text.slice(0, begin));
    for (let index = 0; index < jobs; index += 1) {
      const entry = (entries[index % entries.length] ?? '')
        .replace(/(?<="job_id": )\d+/, String(4_000_000 + index))
        .replace(/(?<="array_job_id": )\d+/, '0')
        .replace(/(?<="user_name": ")[^"]*/, `user${index % 250}`);
      await file.write(`${entry}${index + 1 < jobs ? ',\n' : ''}`);
    }
    await file.write(text.slice(end));
  } finally {
    await file.close();
  }
}
