import { closest } from '../../base/suggest.ts';
import type { Issue } from '../document.ts';
import { isPolicy } from './policies.ts';
import { parseHosts } from './seats.ts';

type Path = readonly (string | number)[];

/**
 * What no section can see alone. It looks at what was written, right or wrong: so all mistakes are told at once.
 */
export function crossCheck(said: unknown): readonly Issue[] {
  const pools = rows(at(said, 'pools'));
  const names = pools.map((pool) => at(pool, 'name'));
  return [
    ...twice(names),
    ...tooFewSeats(said, pools),
    ...namesBoth(said),
    ...pools.flatMap(lessThanKept),
    ...qmasterOf(said),
    ...moneyOf(said, pools),
    ...(at(at(said, 'batch'), 'power-saving') === true ? powerOf(said, pools) : noPolicy(said)),
    ...policiesOf(said).flatMap((entry, index) => policyMistakes(entry, index, names)),
  ];
}

function policyMistakes(entry: object, index: number, names: readonly unknown[]): readonly Issue[] {
  const said = Object.entries(entry);
  return [
    ...(said.length > 1
      ? [issue(['policies', index], 'expected one policy in each entry: begin another with "-"')]
      : []),
    ...said.flatMap(([name, options]) =>
      unknownPools(at(options, 'pools'), names, ['policies', index, name, 'pools']),
    ),
  ];
}

function noPolicy(said: unknown): readonly Issue[] {
  const policies = at(said, 'policies');
  if (!isRow(said)) return [];
  if (policies !== undefined && !(Array.isArray(policies) && policies.length === 0)) return [];
  return [issue(['policies'], 'expected at least one policy, such as bin-pack and idle')];
}

/** Slurm's power saving decides, and names hosts, not pools. */
function powerOf(said: unknown, pools: readonly object[]): readonly Issue[] {
  const kept = pools.findIndex((pool) => Number(at(pool, 'min-nodes')) > 0);
  return [
    ...(policiesOf(said).length > 0
      ? [issue(['policies'], 'expected none: with power-saving it is Slurm that decides')]
      : []),
    ...(pools.length > 1
      ? [issue(['pools'], `expected one pool with power-saving, found ${pools.length}`)]
      : []),
    ...(kept >= 0
      ? [
          issue(
            ['pools', kept, 'min-nodes'],
            'expected none: with power-saving it is Slurm that decides',
          ),
        ]
      : []),
  ];
}

/** Nodes find it by its name. */
function qmasterOf(said: unknown): readonly Issue[] {
  const name = at(at(said, 'batch'), 'qmaster');
  const machines = at(said, 'machines');
  if (typeof name !== 'string' || (isRow(machines) && name in machines)) return [];
  return [issue(['batch', 'qmaster'], `expected the address of "${name}" among "machines"`)];
}

function lessThanKept(pool: object, index: number): readonly Issue[] {
  const [most, least] = [at(pool, 'max-nodes'), at(pool, 'min-nodes')];
  if (typeof most !== 'number' || typeof least !== 'number' || least <= most) return [];
  return [
    issue(['pools', index, 'min-nodes'], `expected at most max-nodes: ${most}, found ${least}`),
  ];
}

function twice(names: readonly unknown[]): readonly Issue[] {
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [issue(['pools', index, 'name'], `expected each name once, found "${name}" again`)],
  );
}

function tooFewSeats(said: unknown, pools: readonly object[]): readonly Issue[] {
  const seats = hostsOf(said).length;
  const kept = pools.reduce((sum, pool) => sum + (Number(at(pool, 'min-nodes')) || 0), 0);
  if (seats === 0 || kept <= seats) return [];
  const words = `expected seats for the ${kept} nodes that are always kept, found ${seats}`;
  return [issue(['seats', 'hosts'], words)];
}

function namesBoth(said: unknown): readonly Issue[] {
  const machines = at(said, 'machines');
  const seats = new Set(hostsOf(said));
  return Object.keys(isRow(machines) ? machines : {})
    .filter((name) => seats.has(name))
    .map((name) => issue(['machines', name], 'a seat of nodes has that name, too'));
}

function moneyOf(said: unknown, pools: readonly object[]): readonly Issue[] {
  const budget = at(said, 'budget');
  const isPaid = pools.some((pool) => Number(at(pool, 'price')) > 0);
  const paced = policiesOf(said).findIndex((entry) => 'budget-pacer' in entry);
  return [
    ...(budget !== undefined && pools.length > 0 && !isPaid
      ? [issue(['budget'], 'expected a pool with a price: it cannot limit what costs nothing')]
      : []),
    ...(paced >= 0 && budget === undefined
      ? [issue(['policies', paced, 'budget-pacer'], 'expected a budget to pace, found none')]
      : []),
  ];
}

function unknownPools(named: unknown, names: readonly unknown[], path: Path): readonly Issue[] {
  const known = names.filter((name) => typeof name === 'string');
  return (Array.isArray(named) ? named : []).flatMap((name: unknown, index) => {
    if (known.includes(String(name))) return [];
    const meant = closest(String(name), known);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    return [issue([...path, index], `there is no pool "${name}"${hint}`)];
  });
}

/** A name alone is a policy without options. */
function policiesOf(said: unknown): readonly object[] {
  const policies = at(said, 'policies');
  const entries = Array.isArray(policies) ? policies : [];
  return rows(entries.map((one: unknown) => (typeof one === 'string' ? { [one]: {} } : one)));
}

function hostsOf(said: unknown): readonly string[] {
  const hosts = at(at(said, 'seats'), 'hosts');
  return [hosts].flat().flatMap((one) => (typeof one === 'string' ? (parseHosts(one) ?? []) : []));
}

function rows(value: unknown): readonly object[] {
  return Array.isArray(value) ? value.map((row) => (isRow(row) ? row : {})) : [];
}

function at(value: unknown, key: string): unknown {
  return isRow(value) ? (value as Record<string, unknown>)[key] : undefined;
}

function isRow(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isPolicy(value);
}

function issue(path: Path, message: string): Issue {
  return { code: 'custom', path, message };
}
