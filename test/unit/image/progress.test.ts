import { expect, it } from 'vitest';
import { renderProgress } from '../../../src/image/progress.ts';

it.for([
  ['begins', undefined, '[2/5] assemble …'],
  ['done', 41.26, '[2/5] assemble … 41.3 s'],
  ['cached', undefined, '[2/5] assemble … cached'],
] as const)('renderProgress() tells that a stage %s', ([event, seconds, wanted]) => {
  const progress = { stage: 2, stages: 5, label: 'assemble', event };
  expect(renderProgress(seconds === undefined ? progress : { ...progress, seconds })).toBe(wanted);
});
