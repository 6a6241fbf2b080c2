import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayTasks,
  fillIn,
  hasPlaceholder,
  lineTasks,
  taskVariables,
} from '../../../../src/grid/sweep/parameters.ts';

describe('arrayTasks()', () => {
  it('counts from one, or from the first to the last', () => {
    const task = (number: number) => ({ number, value: `${number}`, fields: [`${number}`] });
    expect(arrayTasks('3')).toEqual([1, 2, 3].map(task));
    expect(arrayTasks('9-10')).toEqual([9, 10].map(task));
    expect(arrayTasks('100000')).toHaveLength(100_000);
  });

  it.for(['0', '', 'x', '-3', '5-4', '1.5', '100001', '1-', ' 3'])('refuses "%s"', (text) => {
    expect(() => arrayTasks(text)).toThrow(
      `Cannot make a sweep of "${text}": expected a number of jobs up to 100000, or FIRST-LAST`,
    );
  });
});

describe('lineTasks()', () => {
  it('makes one of each line that is not blank, and fields of what stands between tabs or blanks', () => {
    expect(lineTasks("a b  c\n\n \t\r\none two\tthree\t\r\n  it's $HOME", 'x')).toEqual([
      { number: 1, value: 'a b  c', fields: ['a', 'b', 'c'] },
      { number: 2, value: 'one two\tthree\t', fields: ['one two', 'three', ''] },
      { number: 3, value: "  it's $HOME", fields: ["it's", '$HOME'] },
    ]);
  });

  it('refuses a file without a line', () => {
    expect(() => lineTasks('\n \n', 'p.txt')).toThrow(
      'Cannot make a sweep of "p.txt": it has no line',
    );
  });
});

describe('fillIn()', () => {
  const task = { number: 7, value: 'left right', fields: ['left', 'right'] };

  it('puts parameters into texts at any depth, and leaves all else', () => {
    const data = {
      command: ['search', '--in', '{1}.txt', '{2}{1}', '{#}', '{}'],
      env: { A: '{{1}} {{}} {{#}}', '{1}': 'kept' },
      input: [{ from: 'data/{1}', executable: true }],
      none: undefined,
      plain: 'awk {print $1} {x} { } {-1} {1 }',
    };
    expect(fillIn(data, task)).toEqual({
      command: ['search', '--in', 'left.txt', 'rightleft', '7', 'left right'],
      env: { A: '{1} {} {#}', '{1}': 'kept' },
      input: [{ from: 'data/left', executable: true }],
      none: undefined,
      plain: 'awk {print $1} {x} { } {-1} {1 }',
    });
  });

  it('puts in what looks like a placeholder or a pattern of replacement as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(fillIn('<{}>', { number: 1, value, fields: [] })).toBe(`<${value}>`);
      }),
    );
    expect(fillIn('{}', { number: 1, value: '$& {1} $1', fields: [] })).toBe('$& {1} $1');
  });

  it('leaves what has no placeholder', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!hasPlaceholder(text));
        expect(fillIn(text, task)).toBe(text);
      }),
    );
  });

  it('refuses a field that is not there', () => {
    expect(() => fillIn(['{3}'], task)).toThrow(
      'Cannot make job 7 of the sweep: "left right" has no field 3, but 2',
    );
  });
});

it('taskVariables() names number, parameters and count', () => {
  expect(taskVariables({ number: 3, value: 'a b', fields: [] }, 9)).toEqual({
    APPPOT_TASK: '3',
    APPPOT_TASK_VALUE: 'a b',
    APPPOT_TASKS: '9',
  });
});
