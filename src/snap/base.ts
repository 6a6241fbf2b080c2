import { NO_PACE, type Pace } from '../base/pace.ts';
import { encodeManifest, type ManifestSummary } from '../tree/manifest-write.ts';
import type { BytePath, Entry, Tree } from '../tree/tree.ts';
import { sealOf } from './seal.ts';

/** Where a base is recorded inside its own tree; nothing here is ever part of base or changes. */
export const STATE_DIRECTORY = 'var/lib/apppot';
export const BASE_MANIFEST: string = `${STATE_DIRECTORY}/base.manifest`;
/** The digest alone, as one line, for shell scripts. */
export const BASE_DIGEST: string = `${STATE_DIRECTORY}/base.digest`;

export interface BaseOptions {
  /** What the base is called. */
  readonly name: string;
  /** When the recording starts: seconds since 1970. */
  readonly time: number;
  /** Whether a path, and all below it, is left out; {@link STATE_DIRECTORY} always is. */
  readonly skip?: (path: BytePath) => boolean;
  readonly pace?: Pace;
  /** Receives each path that is recorded. */
  readonly onPath?: (path: BytePath) => void;
}

export interface Base extends ManifestSummary {
  /** What belongs into {@link BASE_MANIFEST}. */
  readonly manifest: Buffer;
}

/** Clocks of filesystems tick every 1 to 10 ms: what changed so shortly before may change unseen. */
const CLOCK_TICK_NS = 20_000_000n;

/** Records a tree, for changes to be found against it later. */
export async function recordBase(
  tree: Tree,
  { name, time, skip, pace = NO_PACE, onPath }: BaseOptions,
): Promise<Base> {
  pace.begin({ doing: 'recording' });
  let isDue = false;
  const racy: Entry[] = [];
  const racyFrom = BigInt(Math.floor(time * 1_000)) * 1_000_000n - CLOCK_TICK_NS;
  function* watched(): Generator<Entry> {
    for (const entry of without(tree.entries(), skip)) {
      if (entry.ctime >= racyFrom) racy.push(entry);
      onPath?.(entry.path);
      yield entry;
      isDue = pace.step(1) || isDue;
    }
  }
  function seals(): ReadonlyMap<BytePath, Buffer> {
    tree.prefetch?.(racy);
    return new Map(racy.flatMap((entry) => sealed(tree, entry)));
  }
  const head = { name, time: Math.floor(time), ...identity(tree) };
  const encoder = encodeManifest(head, watched(), seals);
  const chunks: Buffer[] = [];
  let step = encoder.next();
  for (; !step.done; step = encoder.next()) {
    chunks.push(Buffer.from(step.value));
    if (isDue) await pace.rest();
    isDue = false;
  }
  return { ...step.value, manifest: Buffer.concat(chunks) };
}

/** What is in the order of paths, less what `skip` names, {@link STATE_DIRECTORY}, and all below them. */
export function* without<T extends { readonly path: BytePath }>(
  entries: Iterable<T>,
  skip: (path: BytePath) => boolean = () => false,
): Generator<T> {
  let skipped: BytePath | undefined;
  for (const entry of entries) {
    const { path } = entry;
    if (skipped !== undefined && path.startsWith(skipped)) continue;
    if (path !== '' && (path === STATE_DIRECTORY || skip(path))) skipped = `${path}/`;
    else yield entry;
  }
}

function identity({ identity: value }: Tree): { readonly identity?: string } {
  return value === undefined ? {} : { identity: value };
}

function sealed(tree: Tree, entry: Entry): [BytePath, Buffer][] {
  const seal = sealOf(tree, entry);
  return seal === undefined ? [] : [[entry.path, seal]];
}
