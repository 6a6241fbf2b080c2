#include "rsh.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes on their way from one descriptor to another. */
struct way {
  int from, to;
  size_t start, end;
  bool ended;
  char data[PAYLOAD];
};

static bool is_full(const struct way *w) { return w->start < w->end; }

static bool would_wait(void) { return errno == EAGAIN || errno == EINTR; }

static void take(struct way *w) {
  if (is_full(w) || w->ended) return;
  ssize_t got = read(w->from, w->data, PAYLOAD);
  if (got < 0 && would_wait()) return;
  w->start = 0;
  w->end = got > 0 ? (size_t)got : 0;
  w->ended = got <= 0;
}

static void give(struct way *w) {
  if (!is_full(w)) return;
  ssize_t put = write(w->to, w->data + w->start, w->end - w->start);
  if (put < 0 && would_wait()) return;
  if (put > 0) w->start += (size_t)put;
  else w->start = w->end, w->ended = true;
}

static struct pollfd when(bool wanted, int fd, short events) {
  return (struct pollfd){.fd = wanted ? fd : -1, .events = events};
}

static void wait_for_either(const struct way *in, const struct way *out) {
  struct pollfd list[] = {
      when(!is_full(in) && !in->ended, in->from, POLLIN),
      when(is_full(in), in->to, POLLOUT),
      when(!is_full(out) && !out->ended, out->from, POLLIN),
      when(is_full(out), out->to, POLLOUT),
  };
  poll(list, 4, -1);
}

static int reach(const char *address, const char *port) {
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (inet_pton(AF_INET, address, &target.sin_addr) == 1 &&
      connect(fd, (struct sockaddr *)&target, sizeof target) == 0)
    return fd;
  return -1;
}

/* Until the server hangs up; the end of our input is passed on to it. */
int connect_to(const char *address, const char *port) {
  static struct way in = {.from = 0}, out = {.to = 1};
  bool told = false;
  in.to = out.from = reach(address, port);
  if (in.to < 0) return STATUS_FAILED;
  signal(SIGPIPE, SIG_IGN);
  fcntl(0, F_SETFL, O_NONBLOCK);
  fcntl(1, F_SETFL, O_NONBLOCK);
  fcntl(in.to, F_SETFL, O_NONBLOCK);
  while (!out.ended || is_full(&out)) {
    if (in.ended && !is_full(&in) && !told) shutdown(in.to, SHUT_WR), told = true;
    wait_for_either(&in, &out);
    take(&in), give(&in);
    take(&out), give(&out);
  }
  return 0;
}
