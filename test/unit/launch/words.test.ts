import { describe, expect, it } from 'vitest';
import { aliases, instancePaths, isPlain, kernelWords } from '../../../src/launch/words.ts';
import { startPlan } from '../../kit/start-plan.ts';

const paths = instancePaths('/tmp/apppot-7/g1');

describe('kernelWords()', () => {
  it('puts the streams on serial lines and the console in the log', () => {
    expect(kernelWords(startPlan(), paths, false)).toEqual([
      'mem=512M',
      'ubd0=/tmp/apppot-7/g1/disk.cow,/img/base.img',
      'root=/dev/ubda',
      'rw',
      'init=/usr/lib/apppot/apppot-init',
      'con=null',
      'con0=null,fd:1',
      'ssl=null',
      'ssl0=null,fd:3',
      'ssl1=null,fd:4',
      'ssl2=fd:5,null',
      'uml_dir=/tmp/apppot-7/g1/uml/',
      'umid=g1',
      'loglevel=5',
      'selinux=0',
      'pty.legacy_count=0',
      'initcall_blacklist=raid6_select_algo',
      'lpj=19259392',
      'apppot.control=/tmp/apppot-7/g1/control',
    ]);
  });

  it('gives the job the terminal', () => {
    expect(kernelWords(startPlan(), paths, true)).toContain('con1=fd:6,fd:7');
  });

  it.for([
    [{ disk: { kind: 'image' } }, 'ubd0=/img/base.img'],
    [{ disk: { kind: 'cow', path: '/c/a.cow', exists: true } }, 'ubd0=/c/a.cow,/img/base.img'],
    [{ image: '/my img/a,b' }, 'ubd0=/tmp/apppot-7/g1/disk.cow,/tmp/apppot-7/g1/image'],
    [
      { disk: { kind: 'cow', path: '/c/a:b', exists: true } },
      'ubd0=/tmp/apppot-7/g1/cow,/img/base.img',
    ],
    [{ partition: 2 }, 'root=/dev/ubda2'],
    [{ memory: 100 * 2 ** 20 + 1 }, 'mem=101M'],
    [{ network: { kind: 'slirp', program: '/bin/slirp' } }, 'eth0=slirp,,/bin/slirp'],
    [
      { network: { kind: 'slirp4netns', program: '/bin/s' } },
      'vec0:transport=bess,dst=/tmp/apppot-7/g1/net.sock,mtu=16384,gro=1',
    ],
    [{ extra: ['panic=1'] }, 'panic=1'],
  ] as const)('renders %j', ([changes, word]) => {
    expect(kernelWords(startPlan(changes), paths, false)).toContain(word);
  });
});

describe('aliases()', () => {
  it('names only the files that need it', () => {
    expect(aliases(startPlan(), paths)).toEqual([]);
    expect(aliases(startPlan({ image: '/a b' }), paths)).toEqual([
      ['/a b', '/tmp/apppot-7/g1/image'],
    ]);
  });
});

describe('isPlain()', () => {
  it.for(['/a b', '/a,b', '/a:b', '/ü', '/a\nb', '/a"b'])('refuses %j', (path) => {
    expect(isPlain(path)).toBe(false);
  });

  it('takes what file names usually are', () => {
    expect(isPlain('/home/a.b/x-1_2+3@4%5=6~')).toBe(true);
  });
});
