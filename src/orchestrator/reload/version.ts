import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isProgram, loadOrchestratorFile } from '../../config/orchestrator/load.ts';
import { decide } from '../../policy/decide.ts';
import type { Decider } from '../../policy/view.ts';
import { composed } from './composed.ts';
import type { Settings } from './messages.ts';
import { openThread, type ThreadOptions } from './thread.ts';

/** One version of an orchestrator's file: its settings, and its policies at work. */
export interface Version extends Decider {
  readonly settings: Settings;
  /** Absolute: the file, and what it imports. */
  readonly files: readonly string[];
  /** Of all of them. */
  readonly digest: string;
}

/**
 * Loads a file as it is now: YAML here, for it names nothing but policies of ours; a program in a thread.
 *
 * @param path Absolute.
 * @throws {ConfigError | PolicyError} when it cannot be used; the message tells every mistake.
 */
export async function openVersion(path: string, options: ThreadOptions): Promise<Version> {
  if (isProgram(path)) return openProgram(path, options);
  const { policies, ...settings } = await loadOrchestratorFile(path);
  const policy = composed(policies);
  const digest = await digestOf([path]);
  return {
    ...{ settings, digest, files: [path], id: idOf(`${policy.name}@${policy.version}`, digest) },
    decide: async (view) => decide(policy, view),
    close: async () => undefined,
  };
}

async function openProgram(path: string, options: ThreadOptions): Promise<Version> {
  const thread = await openThread(path, options);
  const { settings, policy, files } = thread.loaded;
  const digest = await digestOf(files);
  return {
    ...{ settings, files, digest, id: idOf(policy, digest) },
    // Started anew it would be another version, if the files are others now.
    decide: (view) => thread.decide(view, async () => (await digestOf(files)) === digest),
    close: () => thread.close(),
  };
}

function idOf(policy: string, digest: string): string {
  return `${policy}#${digest.slice(0, 8)}`;
}

/** A file that is not there any more counts, too. */
async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\n`).update(await readFile(file).catch(() => ''));
  }
  return hash.digest('hex');
}
