// Hears the reports of nodes: ADDRESS PORT. Prints each as a line of JSON, and takes every one.
const [address, port] = process.argv.slice(2);
require('node:http')
  .createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      process.stdout.write(`${JSON.stringify({ path: request.url, body: JSON.parse(body) })}\n`);
      response.writeHead(204).end();
    });
  })
  .listen(Number(port), address, () => process.stdout.write('{"path":"listening"}\n'));
