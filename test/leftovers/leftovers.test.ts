import { expect, inject, it } from 'vitest';
import { type Traces, traces } from '../kit/leftovers.ts';

it('the whole run leaves no process, mount, loop device or temporary file', () => {
  const before = inject('tracesBefore');
  const after = traces(process.env.APPPOT_TEST_DIRECTORY);
  const left = (kind: keyof Traces) => after[kind].filter((line) => !before[kind].includes(line));
  expect({
    processes: left('processes'),
    mounts: left('mounts'),
    loops: left('loops'),
    files: left('files'),
  }).toEqual({ processes: [], mounts: [], loops: [], files: [] });
});
