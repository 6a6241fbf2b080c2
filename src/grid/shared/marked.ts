import type { MarkedJob } from '../target.ts';
import type { Place } from './place.ts';

/**
 * All jobs of ours in a batch system with a directory for them. The directory is looked at first: a job has its place
 * there before it is handed over.
 *
 * @param queue Number and mark of each that the batch system lists.
 */
export async function markedJobs(
  jobs: Place,
  queue: () => Promise<readonly { readonly id: string; readonly mark: string }[]>,
): Promise<ReadonlyMap<string, MarkedJob>> {
  const kept = await jobs.marks();
  const listed = (await queue()).filter(({ mark }) => mark !== '');
  const marks = new Set(listed.map(({ mark }) => mark));
  const ended = kept.filter((mark) => !marks.has(mark));
  const names = [
    ...listed.map(({ id, mark }) => [`${id}@${mark}`, mark] as const),
    ...(await Promise.all(ended.map(async (mark) => [await nameOf(jobs, mark), mark] as const))),
  ];
  const known = new Set(kept);
  const one = async ([name, mark]: readonly [string, string]) => {
    const label = known.has(mark) ? await jobs.note(mark, 'label') : undefined;
    return [name, { mark, ...(label !== undefined && { label }) }] as const;
  };
  return new Map(await Promise.all(names.map(one)));
}

async function nameOf(jobs: Place, mark: string): Promise<string> {
  const claimed = await jobs.note(mark, 'claim');
  return claimed === undefined ? mark : `${claimed}@${mark}`;
}
