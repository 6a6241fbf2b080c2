import { HostError } from '../../host/host.ts';
import { GridError } from '../errors.ts';

/**
 * What a command of a batch system says when it fails. Only words of a refusal make it one: whatever else went
 * wrong, what was asked for may have been done.
 */
export function commandFault(system: string, error: unknown, refusal: RegExp): unknown {
  if (!(error instanceof HostError) || error.code.startsWith('HOST_')) return error;
  const message = `Cannot use ${system}: ${error.message.replace(/^Cannot /, 'cannot ')}`;
  if (error.code === 'COMMAND_NOT_FOUND') {
    return new GridError(message, {
      kind: 'missing',
      code: 'TARGET_MISSING',
      hint: `Is it a machine that hands jobs to ${system}? Name one with --via user@host.`,
      cause: error,
    });
  }
  const isRefusal = refusal.test(error.message);
  return new GridError(message, {
    kind: isRefusal ? 'conflict' : 'remote',
    code: isRefusal ? 'JOB_REFUSED' : 'TARGET_UNREACHABLE',
    cause: error,
  });
}
