// Says 192.0.2.1 to whoever asks for the address of any name: RFC 1035.
require('node:dgram')
  .createSocket('udp4')
  .on('message', function answer(query, { port, address }) {
    const end = query.indexOf(0, 12) + 5;
    const type = query.readUInt16BE(end - 4);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8580, 2);
    head.writeUInt32BE(0x0001_0000 + (type === 1 ? 1 : 0), 4);
    head.writeUInt32BE(0, 8);
    const record = Buffer.from('c00c00010001000000000004c0000201', 'hex');
    const question = query.subarray(12, end);
    this.send(
      Buffer.concat(type === 1 ? [head, question, record] : [head, question]),
      port,
      address,
    );
  })
  .bind(53, '192.0.2.1');
