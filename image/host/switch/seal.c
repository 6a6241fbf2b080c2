/*
 * What goes to a group that everybody may join is sealed: a nonce of 24 bytes, the frame by
 * XChaCha20-Poly1305, a tag of 16. The nonce is 16 bytes of the sender's own, new each time that it
 * starts, and then, big-endian, microseconds since 1970, which only grow: so nothing is taken twice.
 */
#include "switch.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { SALT = 16, SENDERS = 1024 };
/* How far clocks of machines may differ; what is older cannot be played again to who did not hear it. */
static const uint64_t SKEW_US = 300 * 1000000ull;

static struct {
  uint8_t salt[SALT];
  uint64_t last;
  int64_t heard;
} senders[SENDERS];

static uint64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Each group has a key of its own. */
bool start_sealing(struct port *port, const char *group) {
  derive_key(group, port->key);
  return getrandom(port->nonce, SALT, 0) == SALT;
}

/* A clock that was set back makes another sender of us. */
static void renew_nonce(struct port *port) {
  uint64_t now = now_us();
  if (port->last > now + SKEW_US / 2 && getrandom(port->nonce, SALT, 0) == SALT) port->last = 0;
  port->last = now > port->last ? now : port->last + 1;
  for (int i = 0; i < 8; i++) port->nonce[SALT + i] = (uint8_t)(port->last >> (56 - 8 * i));
}

size_t seal(struct port *port, const uint8_t *frame, size_t length, uint8_t *datagram) {
  renew_nonce(port);
  memcpy(datagram, port->nonce, SEAL_NONCE);
  encrypt(port->key, port->nonce, frame, length, datagram + SEAL_NONCE);
  return length + SEALING;
}

/* The row of a sender, or of one that was silent the longest. */
static int row_of(const uint8_t *salt) {
  int oldest = 0;
  for (int i = 0; i < SENDERS; i++) {
    if (memcmp(senders[i].salt, salt, SALT) == 0) return i;
    if (senders[i].heard < senders[oldest].heard) oldest = i;
  }
  return oldest;
}

static bool is_fresh(const uint8_t *nonce) {
  uint64_t time = 0, now = now_us();
  int row = row_of(nonce);
  for (int i = 0; i < 8; i++) time = time << 8 | nonce[SALT + i];
  bool known = memcmp(senders[row].salt, nonce, SALT) == 0;
  if (known ? time <= senders[row].last : time > now + SKEW_US || time + SKEW_US < now) return false;
  memcpy(senders[row].salt, nonce, SALT);
  senders[row].last = time;
  senders[row].heard = now_ms();
  return true;
}

/* Returns the length of the frame; -1: it is our own, another's, or no news. */
ssize_t unseal(const struct port *port, const uint8_t *datagram, size_t length, uint8_t *frame) {
  if (length < SEALING || memcmp(datagram, port->nonce, SALT) == 0) return -1;
  length -= SEALING;
  if (!decrypt(port->key, datagram, datagram + SEAL_NONCE, length, frame)) return -1;
  return is_fresh(datagram) ? (ssize_t)length : -1;
}
