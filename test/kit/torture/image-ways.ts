import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import type { Change, Difference } from '../../../src/snap/change.ts';
import { type Exclusion, exclusion } from '../../../src/snap/exclude.ts';
import { changesOffline, type ImageStates, openStates } from '../../../src/snap/offline.ts';
import type { BytePath, Entry } from '../../../src/tree/tree.ts';
import { type ImageLab, imageLab } from '../image-lab.ts';
import type { Case } from './case.ts';
import { byGuest, byMount, copyOut, type RunScripts } from './edited-disk.ts';
import { DIGEST, type Way } from './ways.ts';

/** What the scripts of all cases made of one image, case n in directory n. */
interface Edited {
  readonly base: string;
  readonly cow?: string;
  /** A raw image of the later state. */
  readonly next: string;
}

export const guestThroughCow: Way = imageWay(
  'image and COW file of a guest',
  byGuest,
  (lab, base) => {
    const cow = lab.path('cow');
    return {
      disk: `${cow},${base}`,
      edited() {
        const next = lab.path('next');
        execFileSync('uml_moo', ['-b', base, cow, next], { stdio: 'pipe' });
        return { base, cow, next };
      },
    };
  },
);

export const imageAgainstImage: Way = imageWay('image against image', byMount, (lab, base) => {
  const next = lab.path('next');
  copyFileSync(base, next);
  return { disk: next, edited: () => ({ base, next }) };
});

function imageWay(
  name: string,
  run: RunScripts,
  overlay: (lab: ImageLab, base: string) => { disk: string; edited(): Edited },
): Way {
  let lab: ImageLab | undefined;
  let edited: Edited;
  let states: ImageStates;
  let difference: Difference;
  let numbers: ReadonlyMap<string, number>;
  return {
    name,
    async prepare(cases) {
      numbers = new Map(cases.map(({ title }, i) => [title, i]));
      lab = imageLab();
      const base = lab.mke2fs('base', ['-t', 'ext4', '-b', '4096'], '512M');
      run(
        lab,
        base,
        cases.map(({ before = ':' }) => before),
      );
      const later = overlay(lab, base);
      run(
        lab,
        later.disk,
        cases.map(({ after }) => after),
      );
      edited = later.edited();
      const { cow, next } = edited;
      states = openStates(
        cow === undefined ? { image: next, against: base } : { image: base, cow },
      );
      difference = await found(states, cases);
    },
    async find(directory, { title }) {
      const number = numbers.get(title) ?? -1;
      copyOut(edited.base, number, `${directory}/base`);
      copyOut(edited.next, number, `${directory}/now`);
      return { difference: below(difference, String(number)), tree: states.after, base: DIGEST };
    },
    end() {
      states?.close();
      lab?.end();
    },
  };
}

async function found({ before, after }: ImageStates, cases: readonly Case[]): Promise<Difference> {
  if (before === undefined) throw new Error('there is no earlier state');
  const skips = cases.map(({ exclude = [] }) => exclusion(exclude));
  return changesOffline(before, after, { skip: skipEach(skips) });
}

/** Each case has its own list, for its own directory. */
function skipEach(skips: readonly Exclusion[]): Exclusion {
  return (path) => {
    const cut = path.indexOf('/');
    return cut > 0 && skips[Number(path.slice(0, cut))]?.(path.slice(cut + 1)) === true;
  };
}

/** What a difference says of a directory, with that as the root. */
function below({ changes, holders }: Difference, directory: BytePath): Difference {
  const isBelow = ({ path }: { readonly path: BytePath }): boolean =>
    path === directory || path.startsWith(`${directory}/`);
  const moved = <T extends { readonly path: BytePath }>(value: T): T => ({
    ...value,
    path: value.path.slice(directory.length + 1),
  });
  const movedEntries = (change: Change): Change => ({
    ...moved(change),
    ...('before' in change && { before: moved<Entry>(change.before) }),
    ...('after' in change && { after: moved<Entry>(change.after) }),
  });
  return {
    changes: changes.filter(isBelow).map(movedEntries),
    holders: holders.filter(isBelow).map(moved),
  };
}
