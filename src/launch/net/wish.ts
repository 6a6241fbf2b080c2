import { isIPv4 } from 'node:net';
import { closest } from '../../base/suggest.ts';
import { LaunchError } from '../launch.ts';

/** One `--net` as the user gives it, told apart but not yet matched with what the machine has. */
export type NetworkWish = OuterWish | SegmentWish;

/** The network that leads out. */
export interface OuterWish {
  readonly kind: 'auto' | 'slirp4netns' | 'slirp' | 'none';
}

/** A private network; an address of the user's own, or one made of the guest's number. */
export type SegmentWish = {
  readonly at?: { readonly address: string; readonly prefix: number };
} & (
  | { readonly kind: 'mcast'; readonly group: string; readonly port: number }
  | {
      readonly kind: 'switch';
      /** Where the switch is; empty for one of the guest's own. */
      readonly endpoint: string;
      /** `ADDRESS:PORT` where a switch of its own listens, too. */
      readonly listen?: string;
    }
  | { readonly kind: 'tap'; readonly device: string }
);

/** Where AppPot 0.27 had all its guests meet. */
const MCAST = { group: '239.255.82.77', port: 8277 } as const;

const FORMS =
  'auto, slirp4netns, slirp, none, mcast[:ADDRESS:PORT], switch[:ENDPOINT] or tap:DEVICE, ' +
  'the last three also with =ADDRESS/PREFIX';

/** @throws {LaunchError} `NETWORK_MALFORMED` */
export function parseNetwork(text: string): NetworkWish {
  if (isOuter(text)) return { kind: text };
  const { form = '', address, prefix } = ADDRESSED.exec(text)?.groups ?? {};
  const segment = parseSegment(form);
  if (segment === undefined) throw malformed(text);
  if (address === undefined) return segment;
  if (!isIPv4(address) || Number(prefix) > 30) throw malformed(text);
  return { ...segment, at: { address, prefix: Number(prefix) } };
}

const ADDRESSED = /^(?<form>.*?)(?:=(?<address>[\d.]+)\/(?<prefix>\d+))?$/;

const OUTER = ['auto', 'slirp4netns', 'slirp', 'none'] as const;

function isOuter(text: string): text is OuterWish['kind'] {
  return OUTER.some((kind) => kind === text);
}

function parseSegment(form: string): SegmentWish | undefined {
  const cut = form.indexOf(':');
  const kind = cut < 0 ? form : form.slice(0, cut);
  const rest = cut < 0 ? '' : form.slice(cut + 1);
  if (kind === 'mcast') return rest === '' ? { kind, ...MCAST } : parseMcast(rest);
  if (kind === 'switch') return { kind, endpoint: rest };
  if (rest === '') return undefined;
  return kind === 'tap' && /^[^\s/,:]{1,15}$/.test(rest) ? { kind, device: rest } : undefined;
}

function parseMcast(text: string): SegmentWish | undefined {
  const [group = '', port = '', ...more] = text.split(':');
  const first = Number(group.split('.')[0]);
  if (more.length > 0 || !isIPv4(group) || first < 224 || first > 239) return undefined;
  return isPort(port) ? { kind: 'mcast', group, port: Number(port) } : undefined;
}

/** Whether a text is the number of a port. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}

const KINDS = [...OUTER, 'mcast', 'switch', 'tap'];

function malformed(text: string): LaunchError {
  const meant = closest(/^\w*/.exec(text)?.[0] ?? '', KINDS);
  return new LaunchError(`Cannot make a network "${text}": it is not one of ${FORMS}`, {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint:
      meant === undefined
        ? 'Write, for example, --net auto --net switch:/tmp/lab.sock.'
        : `Did you mean ${meant}?`,
  });
}
