#include "switch.h"

#include <string.h>

/* Which port an address was last seen behind. Two addresses of one row push each other out; what is
   not known is flooded. */
enum { ROWS = 4096, ADDRESS = 6, HEADER = 14 };
static const int64_t FORGET_MS = 300 * 1000;

static struct {
  uint8_t address[ADDRESS];
  struct port *port;
  int64_t seen;
} rows[ROWS];

static unsigned row_of(const uint8_t *address) {
  unsigned hash = 2166136261u;
  for (int i = 0; i < ADDRESS; i++) hash = (hash ^ address[i]) * 16777619u;
  return (hash ^ hash >> 16) % ROWS;
}

static bool is_group(const uint8_t *address) { return address[0] & 1; }

static void learn(const uint8_t *address, struct port *port) {
  unsigned row = row_of(address);
  memcpy(rows[row].address, address, ADDRESS);
  rows[row].port = port;
  rows[row].seen = now_ms();
}

static struct port *find(const uint8_t *address) {
  unsigned row = row_of(address);
  bool known = rows[row].port && memcmp(rows[row].address, address, ADDRESS) == 0 &&
               now_ms() - rows[row].seen < FORGET_MS;
  return known ? rows[row].port : NULL;
}

void forget(const struct port *port) {
  for (int i = 0; i < ROWS; i++)
    if (rows[i].port == port) rows[i].port = NULL;
}

/* A frame: six bytes of address for whom, six of whom. */
void forward(struct port *from, const uint8_t *bytes, size_t length) {
  struct frame *shared = NULL;
  if (length < HEADER || length > FRAME_MAX) return;
  if (!is_group(bytes + ADDRESS)) learn(bytes + ADDRESS, from);
  struct port *to = is_group(bytes) ? NULL : find(bytes);
  if (to == from) return;
  if (to) {
    offer(to, bytes, length, &shared);
    return;
  }
  for (struct port *port = ports; port < ports + PORTS; port++)
    if (port->open && port->state == UP && port != from) offer(port, bytes, length, &shared);
}
