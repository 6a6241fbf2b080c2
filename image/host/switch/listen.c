#include "switch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTENERS = 16, STRANGERS = 32, PATIENCE_MS = 10000 };

static struct {
  const char *spec;
  int fd;
} listeners[LISTENERS];
static int count;

void add_listener(const char *spec) {
  if (count == LISTENERS) fail(NULL, "Cannot listen at more than %d places", LISTENERS);
  listeners[count].spec = spec;
  listeners[count++].fd = -1;
}

static const char *unix_path(const char *spec) {
  return strncmp(spec, "unix:", 5) == 0 ? spec + 5 : NULL;
}

/* What a switch that was killed left behind gives way; one that lives does not. */
static int listen_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (strlen(path) >= sizeof address.sun_path)
    fail("Choose a shorter one.", "Cannot listen at \"%s\": its path is too long", path);
  strcpy(address.sun_path, path);
  int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connect(probe, (struct sockaddr *)&address, sizeof address) == 0)
    fail("Use it, or choose another path.", "Cannot listen at \"%s\": another switch does", path);
  if (errno == ECONNREFUSED) unlink(path);
  close(probe);
  mode_t before = umask(077);
  int failed = bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64);
  umask(before);
  if (failed) fail(NULL, "Cannot listen at \"%s\": %s", path, strerror(errno));
  return fd;
}

static int listen_tcp(const char *place) {
  char host[256];
  int number;
  struct sockaddr_in address;
  if (!has_secret())
    fail("Name its file with --secret.", "Cannot listen at tcp:%s: over TCP a secret is needed", place);
  if (!parse_place(place, host, sizeof host, &number) || !resolve(host, number, &address))
    fail(NULL, "Cannot listen at \"%s\": it is not ADDRESS:PORT", place);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64))
    fail("Choose another port.", "Cannot listen at tcp:%s: %s", place, strerror(errno));
  return fd;
}

void open_listeners(void) {
  for (int i = 0; i < count; i++) {
    const char *spec = listeners[i].spec, *path = unix_path(spec);
    if (!path && strncmp(spec, "tcp:", 4) != 0)
      fail(NULL, "Cannot listen at \"%s\": it is not unix:PATH or tcp:ADDRESS:PORT", spec);
    listeners[i].fd = path ? listen_unix(path) : listen_tcp(spec + 4);
  }
}

int listener_fds(int *fds, int room) {
  int found = 0;
  for (int i = 0; i < count && found < room; i++)
    if (listeners[i].fd >= 0) fds[found++] = listeners[i].fd;
  return found;
}

/* Who connects and proves nothing must not keep others out. */
static bool too_many_strangers(void) {
  int strangers = 0;
  for (struct port *port = ports; port < ports + PORTS; port++)
    strangers += port->open && port->state != UP;
  return strangers >= STRANGERS;
}

void accept_from(int fd) {
  struct sockaddr_storage sender;
  socklen_t size = sizeof sender;
  int peer = accept4(fd, (struct sockaddr *)&sender, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (peer < 0) return;
  if (sender.ss_family == AF_UNIX) {
    add_port(peer, peer, PACKETS, UP, NULL);
    return;
  }
  if (too_many_strangers()) {
    close(peer);
    return;
  }
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  struct port *port = add_port(peer, peer, BYTES, GREETING, NULL);
  if (!port) return;
  port->deadline = now_ms() + PATIENCE_MS;
  if (!start_greeting(port)) close_port(port);
}

void remove_listeners(void) {
  for (int i = 0; i < count; i++)
    if (listeners[i].fd >= 0 && unix_path(listeners[i].spec)) unlink(unix_path(listeners[i].spec));
}
