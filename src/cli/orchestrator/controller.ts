import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { writeAtomically } from '../../host/atomic.ts';

const OWNER_ONLY = 0o600;

/**
 * The mark of everything that an orchestrator makes. It is kept beside the store: when that is lost, what was made is
 * still ours.
 *
 * @returns undefined when there is none yet.
 */
export async function controllerIn(state: string): Promise<string | undefined> {
  try {
    return (await readFile(join(state, 'controller'), 'utf8')).trim() || undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The same; made when it is missing. */
export async function newController(state: string, random: Random): Promise<string> {
  const found = await controllerIn(state);
  if (found !== undefined) return found;
  const controller = uuid(random);
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeAtomically(
    join(state, 'controller'),
    (file) => file.writeFile(`${controller}\n`),
    OWNER_ONLY,
  );
  return controller;
}

/** Of version 4: all of it by chance. */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  const hex = Buffer.from(bytes).toString('hex');
  const variant = '89ab'[(bytes[8] ?? 0) % 4];
  return [
    ...[hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`],
    ...[`${variant}${hex.slice(17, 20)}`, hex.slice(20)],
  ].join('-');
}
