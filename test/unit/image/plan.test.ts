import { describe, expect, it } from 'vitest';
import { type BuildFacts, type BuildPlan, planBuild } from '../../../src/image/plan.ts';
import { GUEST_KIT } from '../../kit/guest-kit.ts';
import { recipe } from '../../kit/recipe.ts';

const FACTS: BuildFacts = {
  kit: GUEST_KIT,
  mirrors: ['deb a b c'],
  arch: 'amd64',
  epoch: undefined,
};

function keysOf({ bootstrap, assemble, runs }: BuildPlan): string[] {
  return [bootstrap.key, assemble.key, ...runs.map(({ key }) => key)];
}

/** Which stages get another key: one letter each, `=` or `x`. */
function changed(before: BuildPlan, after: BuildPlan): string {
  const keys = keysOf(after);
  return keysOf(before)
    .map((key, i) => (key === keys[i] ? '=' : 'x'))
    .join('');
}

describe('planBuild()', () => {
  it('says what each stage does', () => {
    const plan = planBuild(
      recipe({ packages: ['gcc'], user: { sudo: true }, run: ['echo 1'], size: 1_000 }),
      { ...FACTS, epoch: 5 },
    );
    expect(plan).toMatchObject({
      recipe: { name: 'test' },
      suite: 'bookworm',
      arch: 'amd64',
      epoch: 5,
      bootstrap: {
        suite: 'bookworm',
        mirrors: ['deb a b c'],
        components: ['main'],
        packages: ['gcc', 'libnss-extrausers', 'sudo'],
        arch: 'amd64',
      },
      assemble: { size: 1_000 },
      runs: [{ script: 'echo 1' }],
    });
  });

  it("prefers the recipe's own mirrors", () => {
    const { bootstrap } = planBuild(recipe({ mirrors: ['deb mine x y'] }), FACTS);
    expect(bootstrap.mirrors).toEqual(['deb mine x y']);
  });

  it('gives equal inputs equal keys', () => {
    const make = (): BuildPlan => planBuild(recipe({ run: ['a', 'b'] }), FACTS);
    expect(keysOf(make())).toEqual(keysOf(make()));
  });

  it.for([
    ['a package', { packages: ['gcc'] }, 'xxxx'],
    ['the suite', { suite: 'trixie' }, 'xxxx'],
    ['the host name', { hostname: 'other' }, '=xxx'],
    ['the size', { size: 2 ** 30 }, '=xxx'],
    ['the first step', { run: ['c', 'b'] }, '==xx'],
    ['the second step', { run: ['a', 'c'] }, '===x'],
    ['the name alone', { name: 'other' }, '===='],
  ] as const)('changes the keys from where %s counts', ([, settings, wanted]) => {
    const base = { run: ['a', 'b'] };
    const before = planBuild(recipe(base), FACTS);
    expect(changed(before, planBuild(recipe({ ...base, ...settings }), FACTS))).toBe(wanted);
  });

  it('counts the contents of files', () => {
    const withFile = (content: string): BuildPlan =>
      planBuild(
        recipe({
          files: [{ path: '/etc/x', content: Buffer.from(content), mode: 0o644, uid: 0, gid: 0 }],
        }),
        FACTS,
      );
    expect(changed(withFile('a'), withFile('b'))).toBe('=x');
  });

  it.for([
    ['a mirror', { mirrors: ['deb other b c'] }, 'xx'],
    ['the processor', { arch: 'i386' }, 'xx'],
    ['the epoch', { epoch: 1 }, 'xx'],
    ['a guest file', { kit: { ...GUEST_KIT, init: Buffer.from('new') } }, '=x'],
  ] as const)('counts %s of the surroundings', ([, facts, wanted]) => {
    const before = planBuild(recipe(), FACTS);
    expect(changed(before, planBuild(recipe(), { ...FACTS, ...facts }))).toBe(wanted);
  });
});
