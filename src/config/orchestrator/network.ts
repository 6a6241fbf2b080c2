import { z } from 'zod';
import { parseAddress, parseNetwork } from './address.ts';
import { parseHosts, seatsOf } from './seats.ts';
import { expected, kinds, port, section, text, wanted } from './values.ts';

const address = z
  .string(wanted('an IPv4 address such as 10.8.0.1'))
  .refine((value) => parseAddress(value) !== undefined, wanted('an IPv4 address such as 10.8.0.1'));

const hosts = z
  .union([z.string(), z.array(z.string())], wanted('host names such as node[001-100]'))
  .transform((value, context) =>
    [value].flat().flatMap((one) => {
      const names = parseHosts(one);
      const message = expected('host names such as node[001-100]', one);
      if (names === undefined) context.addIssue({ code: 'custom', message });
      return names ?? [];
    }),
  );

/** The places that nodes take, each with a name and an address that both sides know before. */
export const seatsSchema = section({
  hosts,
  from: address,
  network: z
    .string(wanted('a network such as 10.8.0.0/24'))
    .refine((value) => parseNetwork(value) !== undefined, wanted('a network such as 10.8.0.0/24')),
}).transform(({ hosts: names, from, network }, context) => {
  const seats = seatsOf(names, from, network);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    const message = `expected each name once, found "${twice}" again`;
    context.addIssue({ code: 'custom', path: ['hosts'], message });
  }
  if (typeof seats !== 'string') return { network, seats };
  context.addIssue({ code: 'custom', path: ['from'], message: seats });
  return { network, seats: [] };
});

/** How nodes join the cluster. */
export const vpnSchema = z.discriminatedUnion(
  'kind',
  [
    section({ kind: z.literal('none') }),
    section({
      kind: z.literal('openvpn'),
      server: text('the name or address that nodes find the server by'),
      port: port().default(1_194),
      protocol: z.enum(['tcp', 'udp'], wanted('tcp or udp')).default('tcp'),
      listen: address.default('0.0.0.0'),
      device: text('the name of a device').default('tun0'),
      'server-name': text('the name in the certificate of the server').optional(),
      site: section({
        clients: text('the path of its client-config-dir'),
        status: text('the path of its status file'),
        revoked: text('the path of its revocation list'),
        management: text('the path of its management socket').optional(),
      }).optional(),
    }),
  ],
  kinds(['openvpn', 'none']),
);

/** Where nodes report that they are ready, and renew their leases. */
export const listenerSchema = section({
  address: address.optional(),
  port: port().default(8_270),
  /** As nodes reach it; else the same. */
  advertised: text('ADDRESS:PORT').optional(),
});

export const machinesSchema = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, wanted('a host name')),
  address,
  wanted('a mapping of host names to addresses'),
);

export const accountsSchema = section({
  passwd: text('the path of a file as passwd(5)'),
  group: text('the path of a file as group(5)'),
});
