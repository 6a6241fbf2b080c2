import { quote } from '../../launch/shell.ts';
import type { StagedJob } from '../target.ts';

/**
 * The script that a batch system, or this machine, runs for a job in a shared directory. It runs once
 * for each mark, whatever was submitted twice; a batch system may start the same job again.
 *
 * @param directory Absolute path of the job's place.
 * @param own Shell words for the batch system's name of the job.
 * @param head Lines for the batch system, after the first.
 */
export function renderRunner(
  { mark, wrapper, description }: StagedJob,
  directory: string,
  own: string,
  head: readonly string[] = [],
): string {
  const { stdout, stderr } = description;
  const errors = stderr === stdout ? '&1' : quote(stderr);
  return [
    '#!/bin/sh',
    ...head,
    '# Runs a job of apppot, and keeps its status.',
    `cd ${quote(directory)} || exit 125`,
    'set -C',
    `own=${own}`,
    'if ! echo "$own" 2>/dev/null >claim && [ "$(cat claim)" != "$own" ]; then exit 0; fi',
    'set +C',
    'read -r stat </proc/$$/stat',
    'set -- $' + '{stat##*) }',
    'echo "$$ $' + '{20}" >pid',
    `APPPOT_MARK=${quote(mark)}`,
    'export APPPOT_MARK',
    'child=',
    'stop() { [ -z "$child" ] || kill -TERM "$child" 2>/dev/null; }',
    'trap stop TERM INT HUP USR1 USR2 XCPU',
    `cd job && sh ./${quote(wrapper)} </dev/null >${quote(stdout)} 2>${errors} &`,
    'child=$!',
    'wait "$child"; status=$?',
    'while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done',
    'echo "$status" >status.new && mv status.new status',
    'exit "$status"',
    '',
  ].join('\n');
}
