#include "gauge.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 256 << 10, TOKEN = 16 };

static char data[CHUNK];

static void take(int line) {
  uint64_t arrived = 0;
  ssize_t got;
  while ((got = read(line, data, sizeof data)) > 0) arrived += (uint64_t)got;
  write(line, &arrived, sizeof arrived);
}

static void echo(int line) {
  while (read(line, data, 1) == 1 && write(line, data, 1) == 1) continue;
}

static void answer(int line, const char *token) {
  char said[TOKEN + 1];
  int one = 1;
  setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (recv(line, said, sizeof said, MSG_WAITALL) != (ssize_t)sizeof said) return;
  if (memcmp(said, token, TOKEN) != 0) return;
  if (said[TOKEN] == 'U') take(line);
  if (said[TOKEN] == 'P') echo(line);
  while (said[TOKEN] == 'D' && write(line, data, sizeof data) > 0) continue;
}

static int listen_at(const char *address) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t size = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1) return -1;
  if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, 8) != 0) return -1;
  if (getsockname(fd, (struct sockaddr *)&at, &size) != 0) return -1;
  printf("%u\n", ntohs(at.sin_port));
  return fd;
}

int serve(const char *address, const char *token) {
  if (strlen(token) != TOKEN) return USAGE;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  int listener = listen_at(address);
  if (listener < 0) return failed(address);
  struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
  while (poll(events, 2, -1) >= 0 && !events[0].revents) {
    int line = accept(listener, NULL, NULL);
    if (line < 0) continue;
    if (fork() == 0) {
      close(listener);
      answer(line, token);
      _exit(0);
    }
    close(line);
  }
  return OK;
}
