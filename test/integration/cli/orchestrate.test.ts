import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { program } from '../../kit/policy-threads.ts';
import { tempDirectory } from '../../kit/temp.ts';
import { until } from '../../kit/until.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');

const YAML = `
batch: {kind: random, slots: 0}
seats: {hosts: "node[001-009]", from: 10.8.0.101, network: 10.8.0.0/24}
pools:
  - {name: uml, provider: {kind: dummy, boot-time: 1s}, memory: 1G, max-nodes: 4}
policies: [bin-pack]
limits: {interval: 1s}
listener: {port: PORT}
`;

async function apppot(...words: string[]) {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [BIN, ...words], {
    ...{ reject: false, env: { APPPOT_CONFIG: '' } },
  });
  return { stdout, stderr, exitCode };
}

interface Running {
  said(): string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** An orchestrator at work; ended with the test. */
function orchestrate(...words: string[]): Running {
  const child: ChildProcess = spawn(process.execPath, [BIN, 'orchestrate', ...words], {
    ...{ stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, APPPOT_CONFIG: '' } },
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    said: () => said,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

function file(name: string, text: string): string {
  const path = join(tempDirectory(), name);
  // Each test listens elsewhere.
  writeFileSync(path, text.replace('PORT', String(20_000 + (process.pid % 10_000))));
  return path;
}

async function nodesOf(path: string, ...words: string[]) {
  const { stdout } = await apppot('nodes', '-c', path, '--json', ...words);
  return (JSON.parse(stdout || '{"nodes":[]}') as { nodes: { name: string; phase: string }[] })
    .nodes;
}

describe('apppot orchestrate', () => {
  it('starts nodes, is asked and explained, obeys, and leaves its nodes when it is ended', async () => {
    const path = file('burst.yaml', YAML);
    const first = orchestrate('-c', path);
    const log = () => first.said();
    await until('a node is ready', () => /ready: the batch system/.test(log()), log);
    const second = await apppot('orchestrate', '-c', path, '--once');
    expect(second).toMatchObject({ exitCode: 5 });
    expect(second.stderr).toContain('another orchestrator works with it');

    const [node] = await nodesOf(path);
    const name = node?.name ?? '';
    const asked = await apppot('nodes', 'stop', '-c', path, name);
    expect(asked).toEqual({
      ...{ stdout: `asked for in the next cycle: stop ${name}`, stderr: '', exitCode: 0 },
    });
    const byName = (one: { name: string }) => one.name === name;
    const phaseOf = async () => (await nodesOf(path, '--all')).find(byName)?.phase ?? '';
    await until('it ends', async () => !['ready', ''].includes(await phaseOf()), log);
    const story = await apppot('explain', 'node', '-c', path, name);
    expect(story.stdout).toContain('  started: ');
    expect(story.stdout).toMatch(/request: .*: stop: it drains/);
    const job = await apppot('explain', 'job', '-c', path, '1', '--json');
    expect(JSON.parse(job.stdout)).toMatchObject({
      job: '1',
      last: { verdict: expect.any(String) },
    });

    const again = await apppot('orchestrate', 'replay', '-c', path);
    expect(again.stdout).toMatch(/\d starts, \d+ actions, decided by bin-pack@1#\w+\n/);
    expect(again.stdout).toMatch(/\d+ cycles; bin-pack@1#\w+ decides otherwise on 0$/);
    expect(again.exitCode).toBe(0);

    expect(await first.end('SIGTERM')).toBe(143);
    expect(log()).toContain('stopped by SIGTERM: nodes go on; start it again to go on with them');
  });

  it('holds a node until it is let go, and drains it when it is told to', async () => {
    const path = file('burst.yaml', YAML);
    const works = orchestrate('-c', path);
    const log = () => works.said();
    await until('a node is ready', () => /ready: the batch system/.test(log()), log);
    const list = async () => (await apppot('nodes', '-c', path, '--all')).stdout.split('\n');
    const name = (await list()).find((one) => one.includes(' ready '))?.split(' ')[0] ?? '';
    const line = async () => (await list()).find((one) => one.startsWith(`${name} `)) ?? '';
    const ask = async (...words: string[]) => (await apppot('nodes', ...words, name)).stdout;

    expect(await ask('hold', '-c', path, '--for', '2h')).toContain(`: hold ${name}`);
    await until('it is held', async () => / held until 2\d{3}-.*; /.test(await line()), log);
    expect(await ask('hold', '-c', path, '--release')).toContain(`: release ${name}`);
    await until('it is let go', async () => !(await line()).includes('held'), log);
    expect(await ask('drain', '-c', path)).toContain(`: drain ${name}`);
    await until('it is being ended', async () => (await line()).includes(' admin: '), log);

    const story = (await apppot('explain', 'node', '-c', path, name)).stdout;
    const answers = /request: \S+: hold: held$.*: release: released$.*: drain: it drains$/ms;
    expect(story).toMatch(answers);
    expect(story).toMatch(/ended: admin/);
  });

  it('takes a new version of its program while it works, and no wrong one', async () => {
    const path = file(
      'burst.ts',
      program("'bin-pack'").replace(
        'policies:',
        'limits: { interval: 1 },\n  listener: { port: PORT },\n  policies:',
      ),
    );
    const works = orchestrate('-c', path);
    const log = () => works.said();
    await until('it works', () => /ready: the batch system/.test(log()), log);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace("['bin-pack']", "['bin-pak']"));
    await until('the wrong one is told of', () => log().includes('is not taken'), log);
    expect(log()).toContain('policies[0].bin-pak: unknown setting; did you mean "bin-pack"?');
    writeFileSync(path, text.replace("['bin-pack']", '[idleFor({ time: 1 })]'));
    await until('the new one takes over', () => / takes over from /.test(log()), log);
    expect(log()).toMatch(/idle@1#\w+ decides (otherwise|as before) on the last \d+ cycles/);
    expect(await works.end('SIGINT')).toBe(130);
  });

  it('--frozen never looks at the file again', async () => {
    const path = file('burst.yaml', YAML);
    const works = orchestrate('-c', path, '--frozen', '--max-cycles', '4');
    const log = () => works.said();
    await until('it works', () => /planned vb-/.test(log()), log);
    writeFileSync(path, 'nonsense');
    await until('it ends', async () => (await works.end('SIGCONT')) === 0, log);
    expect(log()).not.toContain('is not taken');
  });

  it('--dry-run tells what it would do, and leaves nothing behind', async () => {
    const path = file('burst.yaml', YAML);
    const { stdout, exitCode } = await apppot('orchestrate', '-c', path, '--dry-run', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      starts: expect.any(Array),
      policy: expect.stringMatching(/^bin-pack@1#/),
    });
    expect(await apppot('nodes', '-c', path)).toMatchObject({ exitCode: 4, stdout: '' });
  });
});

describe('apppot orchestrate check', () => {
  it('tells every mistake of a file, and its status is that of usage', async () => {
    const path = file('burst.yaml', YAML.replace('bin-pack', 'bin-pak').replace('1G', 'much'));
    const { stderr, exitCode } = await apppot('orchestrate', 'check', path);
    expect({ stderr, exitCode }).toEqual({
      stderr: [
        `apppot: Cannot use "${path}": 2 mistakes`,
        '  line 5: pools[0].memory: expected a size such as 512M or 2G, found "much"',
        '  line 6: policies[0].bin-pak: unknown setting; did you mean "bin-pack"?',
      ].join('\n'),
      exitCode: 2,
    });
  });

  it('tells of mistakes and of what does not answer at once', async () => {
    const pools = YAML.replace(
      /- \{name: uml.*/,
      '- {name: uml, provider: {kind: uml, image: gone.img}, memory: 1G, max-nodes: 4}\n  - {name: Bad, provider: {kind: dummy}, memory: 1G, max-nodes: 1}',
    );
    const path = file('burst.yaml', pools.replace('[bin-pack]', '[bin-pak]'));
    const { stderr, exitCode } = await apppot('orchestrate', 'check', path);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      `apppot: Cannot use "${path}": 2 mistakes`,
      '  line 6: pools[1].name: expected at most 16 lower-case letters, digits and dashes, found "Bad"',
      '  line 7: policies[0].bin-pak: unknown setting; did you mean "bin-pack"?',
    ]);
    expect(stderr).toMatch(/^ {2}pool uml: Cannot .*gone\.img/m);
    expect(exitCode).toBe(2);
  });

  it('asks everything that the file names, and tells what it finds', async () => {
    const good = await apppot('orchestrate', 'check', file('burst.yaml', YAML), '--json');
    expect(JSON.parse(good.stdout)).toMatchObject({ pools: ['uml'], findings: [] });
    const path = file(
      'burst.yaml',
      YAML.replace('kind: dummy, boot-time: 1s', 'kind: uml, image: gone.img'),
    );
    const bad = await apppot('orchestrate', 'check', path);
    expect(bad.stdout).toContain('pool uml: Cannot ');
    expect(bad.stdout).toContain('gone.img');
    expect(bad.exitCode).toBe(1);
  });
});

describe('apppot nodes audit', () => {
  it('finds nothing where nothing is, also without a store', async () => {
    const path = file('burst.yaml', YAML);
    await apppot('orchestrate', '-c', path, '--once');
    rmSync(join(path, '../apppot-state/store.sqlite'));
    expect(await apppot('nodes', 'audit', '-c', path)).toEqual({
      ...{ stdout: '0 leaks; 0 instances of nodes, 0 of others', stderr: '', exitCode: 0 },
    });
  });
});
