#include "switch.h"

#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC "APPSW1\r\n"
enum { MAGIC_LENGTH = sizeof MAGIC - 1 };

/* Only a stream that anybody could have opened needs a proof. */
static bool is_public(const struct port *port) {
  struct sockaddr address;
  socklen_t size = sizeof address;
  return getsockname(port->in, &address, &size) == 0 && address.sa_family != AF_UNIX;
}

static void make_proof(const struct port *port, bool ours, uint8_t proof[DIGEST]) {
  uint8_t text[1 + 2 * NONCE];
  text[0] = port->listens == ours ? 'L' : 'C';
  memcpy(text + 1, ours ? port->nonce : port->other, NONCE);
  memcpy(text + 1 + NONCE, ours ? port->other : port->nonce, NONCE);
  prove(text, sizeof text, proof);
}

/* A greeting always fits into an empty socket or pipe. */
static bool say(const struct port *port, const void *data, size_t length) {
  return write(port->out, data, length) == (ssize_t)length;
}

bool start_greeting(struct port *port) {
  uint8_t text[MAGIC_LENGTH + NONCE];
  bool open = is_public(port);
  memcpy(text, MAGIC, MAGIC_LENGTH);
  if (getrandom(port->nonce, NONCE, 0) != NONCE) return false;
  memcpy(text + MAGIC_LENGTH, port->nonce, NONCE);
  port->state = GREETING;
  return say(port, text, open ? sizeof text : MAGIC_LENGTH);
}

static void drop(struct port *port, size_t length) {
  port->held -= length;
  memmove(port->received, port->received + length, port->held);
}

static bool take_hello(struct port *port) {
  bool open = is_public(port);
  size_t wanted = MAGIC_LENGTH + (open ? NONCE : 0);
  size_t known = port->held < MAGIC_LENGTH ? port->held : MAGIC_LENGTH;
  if (memcmp(port->received, MAGIC, known) != 0) return false;
  if (port->held < wanted) return true;
  uint8_t proof[DIGEST];
  if (open) memcpy(port->other, port->received + MAGIC_LENGTH, NONCE);
  drop(port, wanted);
  port->state = open ? PROVING : UP;
  if (!open) return true;
  make_proof(port, true, proof);
  return say(port, proof, sizeof proof);
}

static bool take_proof(struct port *port) {
  uint8_t wanted[DIGEST];
  if (port->held < DIGEST) return true;
  make_proof(port, false, wanted);
  if (!is_same(port->received, wanted, DIGEST)) return false;
  drop(port, DIGEST);
  port->state = UP;
  return true;
}

bool take_greeting(struct port *port) {
  if (port->state == GREETING && !take_hello(port)) return false;
  return port->state != PROVING || take_proof(port);
}
