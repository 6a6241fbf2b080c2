#include "switch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What this switch keeps open by itself. */
struct link {
  const char *spec;  /* as given; of a command its first word */
  char **command;
  bool slip; /* what the command speaks */
  struct port *port; /* NULL: down */
  bool was_up;
  int64_t retry;
};

enum { LINKS = 16, RETRY_MS = 2000, PATIENCE_MS = 15000 };

static struct link links[LINKS];
static int link_count;

static const char *after(const char *text, const char *start) {
  size_t length = strlen(start);
  return strncmp(text, start, length) == 0 ? text + length : NULL;
}

static struct link *new_link(const char *spec) {
  if (link_count == LINKS) fail(NULL, "Cannot open more than %d links", LINKS);
  links[link_count].spec = spec;
  return &links[link_count++];
}

void add_link(const char *spec) { new_link(spec); }

void add_command(char **words, bool slip) {
  struct link *link = new_link(words[0]);
  link->command = words;
  link->slip = slip;
}

static void refuse(const struct link *link, const char *reason, const char *hint)
    __attribute__((noreturn));
static void refuse(const struct link *link, const char *reason, const char *hint) {
  const char *path = after(link->spec, "unix:");
  if (path) fail("Start it first: apppot switch PATH", "Cannot attach to the switch \"%s\": %s", path, reason);
  fail(hint, "Cannot attach to %s: %s", link->spec, reason);
}

static void open_unix(struct link *link, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (strlen(path) >= sizeof address.sun_path) refuse(link, "its path is too long", NULL);
  strcpy(address.sun_path, path);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    refuse(link, errno == ENOENT ? "there is no such socket"
                 : errno == ECONNREFUSED ? "nobody listens there" : strerror(errno), NULL);
  link->port = add_port(fd, fd, PACKETS, UP, link);
  link_came_up(link->port);
}

static void open_tcp(struct link *link, const char *place) {
  char host[256];
  int number;
  struct sockaddr_in address;
  if (!has_secret()) refuse(link, "over TCP a secret is needed", "Name its file with --secret.");
  if (!parse_place(place, host, sizeof host, &number)) refuse(link, "it is not HOST:PORT", NULL);
  if (!resolve(host, number, &address)) {
    link_went_down(link, "its host is not known");
    return;
  }
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  connect(fd, (struct sockaddr *)&address, sizeof address);
  link->port = add_port(fd, fd, BYTES, CONNECTING, link);
  link->port->deadline = now_ms() + PATIENCE_MS;
}

static void open_multicast(struct link *link, const char *place) {
  const char *hint = "Have the administrator make a route: ip route add 224.0.0.0/4 dev eth0; or use --net switch:";
  char host[64];
  int number;
  struct sockaddr_in group;
  if (!has_secret()) refuse(link, "everybody may join, so a secret is needed", "Name its file with --secret.");
  if (!parse_place(place, host, sizeof host, &number) || !resolve(host, number, &group))
    refuse(link, "it is not GROUP:PORT", NULL);
  int in = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ip_mreq member = {.imr_multiaddr = group.sin_addr};
  setsockopt(in, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  setsockopt(in, SOL_SOCKET, SO_RCVBUF, &(int){1 << 20}, sizeof(int));
  if (bind(in, (struct sockaddr *)&group, sizeof group) != 0) refuse(link, strerror(errno), NULL);
  if (setsockopt(in, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member) != 0 ||
      connect(out, (struct sockaddr *)&group, sizeof group) != 0)
    refuse(link, errno == ENODEV || errno == ENETUNREACH ? "this host has no route for multicast"
                                                         : strerror(errno), hint);
  link->port = add_port(in, out, MULTICAST, UP, link);
  if (!start_sealing(link->port, place)) refuse(link, strerror(errno), NULL);
  link_came_up(link->port);
}

static void open_stdio(struct link *link) {
  link->port = add_port(0, 1, BYTES, GREETING, link);
  link->port->deadline = now_ms() + PATIENCE_MS;
  if (!start_greeting(link->port)) refuse(link, "nobody is there", NULL);
}

static void open_command(struct link *link) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) refuse(link, strerror(errno), NULL);
  if (fork() == 0) {
    dup2(ends[1], 0);
    dup2(ends[1], 1);
    signal(SIGPIPE, SIG_DFL);
    execvp(link->command[0], link->command);
    dprintf(2, "Cannot run \"%s\": %s\n", link->command[0], strerror(errno));
    _exit(127);
  }
  close(ends[1]);
  if (link->slip) {
    link->port = add_port(ends[0], ends[0], SERIAL, UP, link);
    link_came_up(link->port);
    return;
  }
  link->port = add_port(ends[0], ends[0], BYTES, GREETING, link);
  link->port->deadline = now_ms() + PATIENCE_MS;
  start_greeting(link->port);
}

static void open_link(struct link *link) {
  const char *rest;
  if (link->command) open_command(link);
  else if ((rest = after(link->spec, "unix:"))) open_unix(link, rest);
  else if ((rest = after(link->spec, "tcp:"))) open_tcp(link, rest);
  else if ((rest = after(link->spec, "mcast:"))) open_multicast(link, rest);
  else if (strcmp(link->spec, "stdio") == 0) open_stdio(link);
  else refuse(link, "it is not unix:PATH, tcp:HOST:PORT, mcast:GROUP:PORT or stdio", NULL);
}

/* Opens what is down, and gives up on what does not come up in time. */
void tend_links(bool first) {
  for (struct link *link = links; link < links + link_count; link++)
    if (!link->port && (first || now_ms() >= link->retry)) open_link(link);
  for (struct port *port = ports; port < ports + PORTS; port++) {
    if (!port->open || port->state == UP || now_ms() < port->deadline) continue;
    struct link *link = port->link;
    close_port(port);
    if (link) link_went_down(link, "it does not answer");
  }
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

bool links_are_up(void) {
  for (struct link *link = links; link < links + link_count; link++)
    if (!link->port || link->port->state != UP) return false;
  return true;
}

void link_came_up(struct port *port) {
  if (port->link) port->link->was_up = true;
}

/* Whoever started us sees a first failure; what once was up is tried again. */
void link_went_down(struct link *link, const char *reason) {
  link->port = NULL;
  link->retry = now_ms() + RETRY_MS;
  if (strcmp(link->spec, "stdio") == 0 && link->was_up) exit(0);
  if (!link->was_up) refuse(link, reason, NULL);
  if (strncmp(link->spec, "unix:", 5) == 0) exit(0);
}
