import { readRecord } from '../../image/record.ts';
import { chooseDisk, type DiskChoice } from '../../launch/disk.ts';
import { GUEST_INIT } from '../../launch/launch.ts';
import { BASE_DIGEST } from '../../snap/base.ts';
import { type ImageTree, openImage } from '../../tree/ext4/image.ts';
import { type Check, type Finding, fail, ok, warn, warningOf } from '../check.ts';
import type { Place } from '../place.ts';

export const IMAGE: readonly Check[] = [
  { id: 'image', group: 'image', title: 'image', look: lookAtImage },
  { id: 'image-init', group: 'image', title: 'process 1 in it', look: within(lookAtInit) },
  { id: 'image-base', group: 'image', title: 'base in it', look: within(lookAtBase) },
  { id: 'image-record', group: 'image', title: 'record beside it', look: lookAtRecord },
];

/** What a start would refuse is a failure here. */
function lookAtImage({ wanted }: Place): Finding | undefined {
  if (wanted.image === undefined) return undefined;
  const { image, disk } = chooseDisk(wanted.image);
  if (disk.kind === 'image') {
    return warn(`${image} is writable: guests change it`, `Protect it: chmod a-w ${image}`);
  }
  return ok(disk.kind === 'cow' ? `${disk.path} over ${image}` : image);
}

type Look = (tree: ImageTree) => Finding;

/** Says nothing of an image that cannot be read: the first line does. */
function within(look: Look): Check['look'] {
  return ({ wanted }) => {
    const chosen = choose(wanted.image);
    if (chosen === undefined) return undefined;
    const { image, disk, partition } = chosen;
    const tree = openImage(image, {
      ...(disk.kind === 'cow' && disk.exists ? { cow: disk.path } : {}),
      ...(partition === undefined ? {} : { partition }),
    });
    try {
      return look(tree);
    } finally {
      tree.close();
    }
  };
}

function choose(image: string | undefined): DiskChoice | undefined {
  try {
    return image === undefined ? undefined : chooseDisk(image);
  } catch {
    return undefined;
  }
}

function lookAtInit(tree: ImageTree): Finding {
  const entry = tree.lookup(GUEST_INIT.slice(1));
  const remedy = 'Use an image made by "apppot image build".';
  if (entry === undefined) return fail(`no ${GUEST_INIT}`, remedy);
  if ((entry.mode & 0o111) === 0) return fail(`${GUEST_INIT} may not be executed`, remedy);
  return ok(GUEST_INIT);
}

function lookAtBase(tree: ImageTree): Finding {
  const entry = tree.lookup(BASE_DIGEST);
  if (entry === undefined) {
    return warn('none recorded: no changes can be kept', 'Record it in a guest: apppot-snap base');
  }
  return ok(readText(tree, entry));
}

const DIGEST_BYTES = 128;

function readText(tree: ImageTree, entry: Parameters<ImageTree['contents']>[0]): string {
  const contents = tree.contents(entry);
  try {
    const bytes = new Uint8Array(DIGEST_BYTES);
    return Buffer.from(bytes.subarray(0, contents.read(bytes, 0)))
      .toString()
      .trim();
  } finally {
    contents.close();
  }
}

async function lookAtRecord({ wanted }: Place): Promise<Finding | undefined> {
  const chosen = choose(wanted.image);
  if (chosen === undefined) return undefined;
  try {
    const { name, suite, created } = await readRecord(chosen.image);
    return ok(`${name}, ${suite}, made ${created}`);
  } catch (error) {
    return warningOf(error);
  }
}
