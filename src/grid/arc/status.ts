import type { JobStatus } from '../target.ts';
import { type ArcObject, textOf, textsOf } from './json.ts';
import type { ArcRest, JobInfo } from './rest.ts';
import { toState } from './states.ts';

/**
 * One job's status, from the live list; for one that is over also from the information system, or,
 * where that lags behind, from the service's own notes.
 *
 * @param live Missing where the list does not have it.
 */
export async function statusOf(
  rest: ArcRest,
  id: string,
  live: string | undefined,
  info: JobInfo | undefined,
): Promise<JobStatus> {
  if (live === undefined) return { state: info?.isKnown === false ? 'gone' : 'unknown' };
  const state = toState(live);
  if (state === 'gone') return { state: (await isWiped(rest, id)) ? 'gone' : 'unknown', own: live };
  const activity = info?.activity ?? {};
  if (state === 'finished') return { state, own: live, ...factsOf(activity), exitStatus: 0 };
  if (state === 'failed') return { ...(await failed(rest, id, activity)), ...factsOf(activity) };
  return { state, own: live };
}

async function failed(rest: ArcRest, id: string, activity: ArcObject): Promise<JobStatus> {
  const told = textsOf(activity, 'State')
    .find((word) => word.startsWith('arcrest:'))
    ?.slice('arcrest:'.length);
  const isTold = told === 'FAILED' || told === 'KILLED';
  const reason = isTold
    ? textsOf(activity, 'Error').join('; ')
    : ((await rest.diagnose(id, 'failed')) ?? '');
  const more = /submission to LRMS failed/i.test(reason) ? await submissionError(rest, id) : '';
  return endedStatus(isTold ? told : 'FAILED', `${reason}${more}`);
}

/** The cause is only in the job's log. */
async function submissionError(rest: ArcRest, id: string): Promise<string> {
  const log = (await rest.diagnose(id, 'errors')) ?? '';
  const words = /^.*?\bERROR: ?(?<words>.*)$/im.exec(log)?.groups?.words;
  return words === undefined ? '' : `: ${words}`;
}

/** Jobs are listed so, too, at the moment in which the service moves their notes. */
async function isWiped(rest: ArcRest, id: string): Promise<boolean> {
  return (await rest.diagnose(id, 'status'))?.trim() === 'DELETED';
}

/** Source: messages of the grid manager of ARC 6. */
export function endedStatus(own: string, text: string): JobStatus {
  const reason = text.replaceAll(/\s+/g, ' ').trim();
  if (own === 'KILLED' || /canceled by external request/.test(reason)) {
    return { state: 'killed', own: 'KILLED', reason };
  }
  const status = /wrong exit code - (?<status>\d+)/.exec(reason)?.groups?.status;
  if (status !== undefined) return { state: 'failed', own, exitStatus: Number(status) };
  return { state: 'failed', own, reason: reason || 'the service gives no reason' };
}

function factsOf(activity: ArcObject): Pick<JobStatus, 'queue' | 'ended' | 'wallTime'> {
  const queue = textOf(activity, 'Queue');
  const ended = Date.parse(
    textOf(activity, 'ComputingManagerEndTime') || textOf(activity, 'EndTime'),
  );
  const wallTime = textOf(activity, 'UsedTotalWallTime');
  return {
    ...(queue !== '' && { queue }),
    ...(!Number.isNaN(ended) && { ended: ended / 1_000 }),
    ...(wallTime !== '' && { wallTime: Number(wallTime) }),
  };
}
