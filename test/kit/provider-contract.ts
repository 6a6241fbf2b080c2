import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { NodeFile } from '../../src/model/node.ts';
import type { Instance, Order, Provider } from '../../src/provider/provider.ts';
import { until } from './until.ts';

/** What a kind of provider shows of itself to be tried. */
export interface ProviderLab {
  readonly provider: Provider;
  /** Another controller's, or ours after a restart: over the same instances. */
  reopen(): Provider;
  /** Ends an instance by force, behind the provider's back. */
  kill(id: string): Promise<void> | void;
  /** Directories of this machine where a provider leaves something. */
  readonly places?: readonly string[];
  /** More files for each order. */
  readonly files?: ReadonlyMap<string, NodeFile>;
  /** What to print on failure. */
  log?(): string;
}

const SECRET = 'the-secret-that-nobody-else-may-read';
const CONTROLLER = '11111111-2222-4333-8444-555555555555';

let count = 0;

/** A new order of ours; in every run another name. */
export function anOrder(lab: Pick<ProviderLab, 'files'>): Order {
  count += 1;
  const node = `c${(Date.now() % 36 ** 7).toString(36).padStart(7, '0')}${String(count).padStart(4, '0')}`;
  const seat = { host: `node${count}`, address: `10.8.0.${100 + count}` };
  const tags = { controller: CONTROLLER, pool: 'pool', node, seat, specHash: 'h', created: 1.5 };
  const secret: NodeFile = { contents: `${SECRET}\n`, secret: true };
  return {
    name: `vb-111111-pool-${node}`,
    tags,
    files: new Map([...(lab.files ?? []), ['token', secret]]),
  };
}

/** What every provider promises. Each test ends what it starts. */
export function providerContract(open: () => ProviderLab): void {
  const find = async (provider: Provider, { name }: Order): Promise<readonly Instance[]> => {
    const { instances, complete } = await provider.list();
    expect(complete).toBe(true);
    return instances.filter((instance) => instance.name === name);
  };
  const gone = (lab: ProviderLab, order: Order) =>
    until(
      `${order.name} is gone`,
      async () => (await find(lab.provider, order)).length === 0,
      () => lab.log?.() ?? '',
    );
  const end = async (lab: ProviderLab, order: Order): Promise<void> => {
    for (const { id } of await find(lab.provider, order)) {
      await lab.provider.terminate(id, undefined, { force: true });
    }
    await gone(lab, order);
  };
  const withOrder = async (work: (lab: ProviderLab, order: Order) => Promise<void>) => {
    const lab = open();
    const order = anOrder(lab);
    try {
      await work(lab, order);
    } finally {
      await end(lab, order);
    }
  };

  it('starts an instance, and lists it with its name and tags', () =>
    withOrder(async (lab, order) => {
      const { provider } = lab;
      const before = Date.now() / 1_000;
      const id = await provider.create(order);
      expect(await find(provider, order)).toEqual([
        {
          id,
          name: order.name,
          tags: order.tags,
          state: expect.stringMatching(/^(starting|running)$/),
        },
      ]);
      await until(
        'it runs',
        async () => (await find(provider, order))[0]?.state === 'running',
        () => lab.log?.() ?? '',
      );
      expect((await provider.list()).taken).toBeGreaterThanOrEqual(before - 1);
    }));

  it('gives the same order the same instance, at once and later, to whoever asks', () =>
    withOrder(async (lab, order) => {
      const { provider } = lab;
      const [one, two] = await Promise.all([provider.create(order), provider.create(order)]);
      expect(two).toBe(one);
      expect(await lab.reopen().create(order)).toBe(one);
      expect((await find(provider, order)).map(({ id }) => id)).toEqual([one]);
    }));

  it('shows its instances to another one, after a restart', () =>
    withOrder(async (lab, order) => {
      const id = await lab.provider.create(order);
      const other = lab.reopen();
      expect((await find(other, order)).map(({ tags }) => tags)).toEqual([order.tags]);
      await other.terminate(id, undefined, { force: true });
      await gone(lab, order);
    }));

  it('ends an instance; ending it again, or one that never was, does no harm', () =>
    withOrder(async (lab, order) => {
      const { provider } = lab;
      const id = await provider.create(order);
      await provider.terminate(id, undefined, { force: true });
      await gone(lab, order);
      await provider.terminate(id);
      await provider.terminate(id.replace(order.name, anOrder(lab).name));
    }));

  it('ends one, and leaves the others alone', () =>
    withOrder(async (lab, order) => {
      const { provider } = lab;
      const other = anOrder(lab);
      try {
        const [id] = await Promise.all([provider.create(order), provider.create(other)]);
        await provider.terminate(id, undefined, { force: true });
        await gone(lab, order);
        expect(await find(provider, other)).toHaveLength(1);
      } finally {
        await end(lab, other);
      }
    }));

  it('lists no more what has died by itself', () =>
    withOrder(async (lab, order) => {
      const id = await lab.provider.create(order);
      await lab.kill(id);
      await gone(lab, order);
    }));

  it('keeps what is secret from others', () =>
    withOrder(async (lab, order) => {
      await lab.provider.create(order);
      const words = execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' });
      expect(words).not.toContain(SECRET);
      expect((lab.places ?? []).flatMap((place) => openlyReadable(place, SECRET))).toEqual([]);
    }));

  it('obeys a signal', async () => {
    const lab = open();
    const order = anOrder(lab);
    await expect(lab.provider.create(order, AbortSignal.abort())).rejects.toThrow();
    await end(lab, order);
  });
}

/** Files with the secret in them that others can read: no directory above bars the way. */
export function openlyReadable(place: string, secret: string): string[] {
  if ((modeOf(place) & 0o001) === 0) return [];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return openlyReadable(path, secret);
    if (!entry.isFile() || (modeOf(path) & 0o004) === 0) return [];
    // An image; nothing that is written for one node is so large.
    if (lstatSync(path).size > 2 ** 26) return [];
    return readFileSync(path, 'latin1').includes(secret) ? [path] : [];
  });
}

/** 0 for what has just gone. */
function modeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0;
}
