// A stranger in a multicast group: GROUP PORT [BYTES]. Sends each line of stdin, in hex, and prints each datagram
// so, or as many bytes of it.
const [group, port, bytes = '65536'] = process.argv.slice(2);
const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (data) => process.stdout.write(`${data.toString('hex', 0, Number(bytes))}\n`));
socket.bind(Number(port), group, () => {
  socket.addMembership(group);
  socket.setMulticastLoopback(true);
  process.stdout.write('ready\n');
  require('node:readline')
    .createInterface({ input: process.stdin })
    .on('line', (line) => socket.send(Buffer.from(line, 'hex'), Number(port), group))
    .on('close', () => socket.close());
});
