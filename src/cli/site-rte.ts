import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type RunTimeEnvironment, renderRte } from '../grid/rte.ts';
import { writeAtomically } from '../host/atomic.ts';
import { readRecord } from '../image/record.ts';
import type { Deps } from './deps.ts';

interface Options extends Omit<RunTimeEnvironment, 'base'> {
  /** ARC's runtimedir; undefined: print it. */
  readonly output?: string;
}

/**
 * The image's base is taken from the record beside it, when the image is in reach from here.
 *
 * @throws {SandboxError} `RTE_MALFORMED`
 * @throws {HostError} `FILE_UNWRITABLE`
 */
export async function siteRte({ output, ...rte }: Options, deps: Deps): Promise<void> {
  const record = await readRecord(rte.image).catch(() => undefined);
  const text = renderRte({ ...rte, ...(record && { base: record.base }) });
  const out = deps.output();
  if (output === undefined) return out.result({}, text.trimEnd());
  const path = join(output, rte.name);
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, (file) => file.writeFile(text));
  out.note(`Enable it on the service: arcctl rte enable ${rte.name}`);
  if (resolve(output).includes(rte.name.charAt(0))) out.note(LOST_BY_ARCCTL);
}

/** It strips every leading character of a name that is anywhere in the directory's path (ARC 6.17). */
const LOST_BY_ARCCTL =
  "If arcctl does not find it: the directory's path has the first letter of the name in it. Take another directory.";
