/*
 * apppot-switch: an ethernet switch in user space, for the private networks of guests.
 *
 * usage: apppot-switch [--secret=FILE|--own-secret=FILE] [--exit-fd=N] [--ready-fd=N] [--probe] PORT...
 *                      [-- COMMAND...]
 *
 *   listen=unix:PATH        guests on this machine: SOCK_SEQPACKET, a frame a message, as the kernel's
 *                           vector transport "bess" speaks it
 *   listen=tcp:ADDRESS:PORT other switches, which prove that they know the secret
 *   link=unix:PATH          another switch on this machine
 *   link=tcp:HOST:PORT      another switch elsewhere
 *   link=mcast:GROUP:PORT   guests that meet by multicast, and know the secret: a frame a datagram, sealed
 *   link=stdio              whoever started this one
 *   --slip -- COMMAND...    a program that leads on and speaks SLIP, such as slirp
 *   -- COMMAND...           a switch at the other end of a command's stdin and stdout, such as ssh
 *
 * --own-secret makes the file when it is not there. It ends when the exit descriptor is closed, and writes to the ready descriptor once it listens. --probe ends
 * well once the links are up.
 *
 * It learns which address is behind which port, floods what it does not know, and drops what a port
 * cannot take in time. It listens once its links are up. A link that breaks is tried again.
 *
 * On byte streams each side first sends a greeting: MAGIC, and over TCP 32 random bytes, then, as proof,
 * HMAC-SHA256(secret, role, own random bytes, the other's), role being L or C for who listens and who
 * connects. After that come frames, each after its length in 4 bytes, big-endian. Frames in streams are not
 * encrypted; ssh does that. Everybody may join a group, so what goes there is: seal.c.
 */
#ifndef APPPOT_SWITCH_H
#define APPPOT_SWITCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FRAME_MAX = 65550, HEAD = 4, PORTS = 256, NONCE = 32, DIGEST = 32 };
enum { KEY = DIGEST, SEAL_NONCE = 24, SEAL_TAG = 16, SEALING = SEAL_NONCE + SEAL_TAG };

enum kind { PACKETS, BYTES, MULTICAST, SERIAL };
/* CONNECTING, then on byte streams GREETING and, with a secret, PROVING. */
enum state { CONNECTING, GREETING, PROVING, UP };

struct frame {
  unsigned holders;
  size_t length;
  uint8_t bytes[];
};

struct port {
  bool open;
  enum kind kind;
  enum state state;
  bool listens; /* it came to us */
  int in, out;
  struct link *link; /* what opened it; NULL when it came to us */
  int64_t deadline;  /* to be up */
  uint8_t nonce[NONCE], other[NONCE];
  uint8_t key[KEY]; /* of multicast */
  uint64_t last;    /* of multicast: time in the last nonce */
  uint8_t *received; /* of a byte stream, not yet whole */
  size_t held;
  struct frame *queue[1024]; /* waiting; a ring */
  unsigned first, count;
  size_t sent; /* of the first one, with its head */
  uint8_t guest[6]; /* of SLIP: who asked last */
  bool escaped;
};

extern struct port ports[PORTS];

/* main.c */
void fail(const char *hint, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
int64_t now_ms(void);

/* port.c */
struct port *add_port(int in, int out, enum kind kind, enum state state, struct link *link);
void close_port(struct port *port);
void receive(struct port *port);
void flush(struct port *port);
void offer(struct port *port, const uint8_t *bytes, size_t length, struct frame **shared);

/* slip.c: returns the length of what is to be written; 0: nothing. */
size_t to_slip(struct port *port, const uint8_t *frame, size_t length, uint8_t *bytes);
void from_slip(struct port *port, const uint8_t *bytes, size_t length);

/* table.c */
void forward(struct port *from, const uint8_t *bytes, size_t length);
void forget(const struct port *port);

/* secret.c */
void read_secret(const char *path);
void own_secret(const char *path);
bool has_secret(void);
void prove(const uint8_t *text, size_t length, uint8_t digest[DIGEST]);
void derive_key(const char *purpose, uint8_t key[KEY]);
bool is_same(const uint8_t *a, const uint8_t *b, size_t length);

/* greeting.c: these return false when the other side is not what it should be. */
bool start_greeting(struct port *port);
bool take_greeting(struct port *port);

/* sha256.c */
void hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
                 uint8_t digest[DIGEST]);

/* seal.c: for multicast. A datagram is SEALING bytes longer than its frame. */
bool start_sealing(struct port *port, const char *group);
size_t seal(struct port *port, const uint8_t *frame, size_t length, uint8_t *datagram);
ssize_t unseal(const struct port *port, const uint8_t *datagram, size_t length, uint8_t *frame);

/* xchacha.c: what is encrypted is SEAL_TAG bytes longer; `length` is that of the text. */
void encrypt(const uint8_t key[KEY], const uint8_t nonce[SEAL_NONCE], const uint8_t *text, size_t length,
             uint8_t *sealed);
bool decrypt(const uint8_t key[KEY], const uint8_t nonce[SEAL_NONCE], const uint8_t *sealed, size_t length,
             uint8_t *text);

/* poly1305.c */
struct poly1305 {
  uint32_t r[5], h[5];
};
void poly1305_start(struct poly1305 *sum, const uint8_t key[16]);
void poly1305_add(struct poly1305 *sum, const uint8_t piece[16]);
void poly1305_finish(struct poly1305 *sum, const uint8_t pad[16], uint8_t tag[16]);

/* link.c */
void add_link(const char *spec);
void add_command(char **words, bool slip);
void tend_links(bool first);
bool links_are_up(void);
void link_came_up(struct port *port);
void link_went_down(struct link *link, const char *reason);

/* listen.c */
void add_listener(const char *spec);
void open_listeners(void);
void accept_from(int fd);
int listener_fds(int *fds, int room);
void remove_listeners(void);

/* address.c */
bool parse_place(const char *text, char *host, size_t size, int *port);
bool resolve(const char *host, int port, struct sockaddr_in *address);

#endif
