import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { explain } from '../../base/errno.ts';
import { errnoOf } from '../../base/errors.ts';
import { readDocument, readValue } from '../document.ts';
import { ConfigError } from '../errors.ts';
import { kebabKeys, toCamel } from './case.ts';
import { crossCheck } from './cross-check.ts';
import { resolvePaths } from './paths.ts';
import { type OrchestratorConfig, orchestratorSchema, toConfig } from './schema.ts';

/** Whether a file is a program rather than YAML. */
export function isProgram(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}

/**
 * Reads an orchestrator's YAML file.
 *
 * @throws {ConfigError} `FILE_UNREADABLE`, `FILE_MALFORMED`; the message lists every mistake with its line.
 */
export async function loadOrchestratorFile(path: string): Promise<OrchestratorConfig> {
  return parseOrchestratorFile(await read(path), path);
}

/** @param path How messages name the file; relative paths in it are seen from there. */
export function parseOrchestratorFile(text: string, path: string): OrchestratorConfig {
  const parsed = readDocument(text, path, orchestratorSchema, crossCheck);
  return resolvePaths(toConfig(parsed), dirname(resolve(path)));
}

/**
 * Checks what a program's file gives: names as in TypeScript, policies as objects or classes.
 *
 * @throws {ConfigError} `FILE_MALFORMED`
 */
export function checkOrchestrator(value: unknown, path: string): OrchestratorConfig {
  const said = kebabKeys(value);
  const parsed = readValue(said, path, orchestratorSchema, crossCheck, renderKey);
  return resolvePaths(toConfig(parsed), dirname(resolve(path)));
}

/** Built-in policies have one name everywhere. */
function renderKey(key: string, above: readonly PropertyKey[]): string {
  const isPolicy = above.length === 2 && above[0] === 'policies';
  return isPolicy ? key : toCamel(key);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Cannot read the orchestrator's file "${path}": ${explain(cause)}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'FILE_UNREADABLE',
      cause,
    });
  }
}
