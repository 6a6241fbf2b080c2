#include "switch.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { QUEUE = sizeof ports->queue / sizeof *ports->queue, STREAM_ROOM = 4 * 65536, BATCH = 64 };

struct port ports[PORTS];

struct port *add_port(int in, int out, enum kind kind, enum state state, struct link *link) {
  for (struct port *port = ports; port < ports + PORTS; port++) {
    if (port->open) continue;
    *port = (struct port){.open = true, .kind = kind, .state = state, .in = in, .out = out,
                          .link = link, .listens = !link};
    fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK);
    fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
    if (kind == BYTES || kind == SERIAL) port->received = malloc(STREAM_ROOM);
    return port;
  }
  close(in);
  if (out != in) close(out);
  return NULL;
}

static void release(struct frame *frame) {
  if (--frame->holders == 0) free(frame);
}

void close_port(struct port *port) {
  for (; port->count > 0; port->count--, port->first = (port->first + 1) % QUEUE)
    release(port->queue[port->first]);
  close(port->in);
  if (port->out != port->in) close(port->out);
  free(port->received);
  forget(port);
  port->open = false;
}

static bool would_wait(void) { return errno == EAGAIN || errno == EINTR || errno == ENOBUFS; }

/* What is too long for the other side, or refused by nobody there, is lost as on any wire. */
static ssize_t put_sealed(struct port *port, const uint8_t *frame, size_t length) {
  static uint8_t datagram[FRAME_MAX + SEALING];
  ssize_t done = send(port->out, datagram, seal(port, frame, length, datagram), MSG_NOSIGNAL);
  return done < 0 && would_wait() ? -1 : (ssize_t)length;
}

/* Returns how much of a frame and its head went out; -1: nothing now; -2: never. */
static ssize_t put(struct port *port, const uint8_t *bytes, size_t length, size_t sent) {
  ssize_t done;
  if (port->kind == SERIAL) {
    done = write(port->out, bytes + sent, length - sent);
  } else if (port->kind == MULTICAST) {
    return put_sealed(port, bytes, length);
  } else if (port->kind == PACKETS) {
    done = send(port->out, bytes, length, MSG_NOSIGNAL);
    if (done < 0 && errno == EMSGSIZE) return (ssize_t)length;
  } else {
    uint8_t head[HEAD] = {0, (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
    struct iovec parts[2] = {{head + sent, HEAD - sent}, {(void *)(uintptr_t)bytes, length}};
    if (sent >= HEAD) parts[0].iov_len = 0, parts[1].iov_base = (void *)(uintptr_t)(bytes + sent - HEAD),
                      parts[1].iov_len = length + HEAD - sent;
    done = writev(port->out, sent >= HEAD ? parts + 1 : parts, sent >= HEAD ? 1 : 2);
  }
  return done >= 0 ? done : would_wait() ? -1 : -2;
}

static size_t whole(const struct port *port, size_t length) {
  return port->kind == BYTES ? length + HEAD : length;
}

/* Keeps a frame for later; drops it when too many wait. */
static void keep(struct port *port, const uint8_t *bytes, size_t length, struct frame **shared) {
  if (port->count == QUEUE) return;
  if (!*shared) {
    *shared = malloc(sizeof **shared + length);
    if (!*shared) return;
    (*shared)->holders = 0;
    (*shared)->length = length;
    memcpy((*shared)->bytes, bytes, length);
  }
  (*shared)->holders++;
  port->queue[(port->first + port->count++) % QUEUE] = *shared;
}

static void send_or_keep(struct port *port, const uint8_t *bytes, size_t length,
                         struct frame **shared) {
  ssize_t sent = port->count > 0 ? -1 : put(port, bytes, length, 0);
  if (sent == (ssize_t)whole(port, length)) return;
  if (port->count == 0) port->sent = sent > 0 ? (size_t)sent : 0;
  keep(port, bytes, length, shared);
}

/* Sends a frame at once, or when the port can take it; `shared` is one copy for all ports. */
void offer(struct port *port, const uint8_t *bytes, size_t length, struct frame **shared) {
  static uint8_t packet[2 * FRAME_MAX + 2];
  struct frame *own = NULL;
  if (port->kind != SERIAL) send_or_keep(port, bytes, length, shared);
  else if ((length = to_slip(port, bytes, length, packet)) > 0)
    send_or_keep(port, packet, length, &own);
}

void flush(struct port *port) {
  while (port->count > 0) {
    struct frame *frame = port->queue[port->first];
    ssize_t sent = put(port, frame->bytes, frame->length, port->sent);
    if (sent < 0) return;
    port->sent += (size_t)sent;
    if (port->sent < whole(port, frame->length)) return;
    port->sent = 0;
    port->first = (port->first + 1) % QUEUE;
    port->count--;
    release(frame);
  }
}

static void lose(struct port *port, const char *reason) {
  struct link *link = port->link;
  close_port(port);
  if (link) link_went_down(link, reason);
}

static void receive_packets(struct port *port) {
  static uint8_t bytes[FRAME_MAX + 1];
  for (int i = 0; i < BATCH && port->open; i++) {
    ssize_t length = recv(port->in, bytes, sizeof bytes, 0);
    if (length < 0 && would_wait()) return;
    if (length <= 0) lose(port, "it ended");
    else forward(port, bytes, (size_t)length);
  }
}

static void receive_sealed(struct port *port) {
  static uint8_t datagram[FRAME_MAX + SEALING], frame[FRAME_MAX];
  for (int i = 0; i < BATCH; i++) {
    ssize_t length = recv(port->in, datagram, sizeof datagram, 0);
    if (length < 0 && would_wait()) return;
    if (length > 0 && (length = unseal(port, datagram, (size_t)length, frame)) > 0)
      forward(port, frame, (size_t)length);
  }
}

/* Passes on the whole frames of a stream; false when it is none. */
static bool unpack(struct port *port) {
  size_t start = 0;
  while (port->held - start >= HEAD) {
    const uint8_t *at = port->received + start;
    size_t length = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (length > FRAME_MAX) return false;
    if (port->held - start < HEAD + length) break;
    forward(port, at + HEAD, length);
    start += HEAD + length;
  }
  port->held -= start;
  memmove(port->received, port->received + start, port->held);
  return true;
}

static void receive_bytes(struct port *port) {
  ssize_t got = read(port->in, port->received + port->held, STREAM_ROOM - port->held);
  if (got < 0 && would_wait()) return;
  if (got <= 0) {
    lose(port, port->state == PROVING ? "it has another secret" : "it hung up");
    return;
  }
  port->held += (size_t)got;
  if (port->state != UP) {
    if (!take_greeting(port)) {
      lose(port, port->state == PROVING ? "it has another secret" : "it is no switch of ours");
      return;
    }
    if (port->state != UP) return;
    link_came_up(port);
  }
  if (!unpack(port)) lose(port, "it sent no frames");
}

static void receive_slip(struct port *port) {
  static uint8_t bytes[65536];
  ssize_t got = read(port->in, bytes, sizeof bytes);
  if (got < 0 && would_wait()) return;
  if (got <= 0) lose(port, "it ended");
  else from_slip(port, bytes, (size_t)got);
}

void receive(struct port *port) {
  if (port->kind == SERIAL) receive_slip(port);
  else if (port->kind == BYTES) receive_bytes(port);
  else if (port->kind == MULTICAST) receive_sealed(port);
  else receive_packets(port);
}
