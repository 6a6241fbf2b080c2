import { readFile } from 'node:fs/promises';
import { explain } from '../../base/errno.ts';
import type { OrchestratorConfig } from '../../config/orchestrator/schema.ts';
import { OrchestratorError } from '../errors.ts';

/** People, as Debian numbers them. */
const FIRST = 1_000;
const LAST = 59_999;

/** Lines of passwd(5) and group(5) that nodes get. Default: this machine's people. */
export async function readAccounts(
  accounts: OrchestratorConfig['accounts'],
): Promise<{ readonly passwd: string; readonly group: string }> {
  if (accounts !== undefined) {
    return { passwd: await read(accounts.passwd), group: await read(accounts.group) };
  }
  return { passwd: people(await read('/etc/passwd')), group: people(await read('/etc/group')) };
}

/** The third field of both is a number. */
function people(text: string): string {
  return text
    .split('\n')
    .filter((line) => {
      const number = Number(line.split(':')[2]);
      return number >= FIRST && number <= LAST;
    })
    .map((line) => `${line}\n`)
    .join('');
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OrchestratorError(`Cannot read the accounts "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'NODE_FILE_UNREADABLE',
      cause,
    });
  });
}
