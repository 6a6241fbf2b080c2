#include "gauge.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 256 << 10, TOKEN = 16 };

static char data[CHUNK];
static int line;

/* ADDRESS:PORT:TOKEN. Tells the other end what to do: U take, D send, P echo. */
static int open_line(const char *target, char task) {
  char address[64], token[TOKEN + 1];
  unsigned port;
  if (sscanf(target, "%63[^:]:%u:%16s", address, &port, token) != 3) return -1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && write(fd, token, TOKEN) == TOKEN &&
      write(fd, &task, 1) == 1)
    return fd;
  close(fd);
  return -1;
}

static double upload(void) {
  const double enough = 0.5;
  double start = now();
  uint64_t arrived = 0;
  while (now() - start < enough)
    if (write(line, data, sizeof data) <= 0) return 0;
  shutdown(line, SHUT_WR);
  if (read(line, &arrived, sizeof arrived) != sizeof arrived) return 0;
  return (double)arrived / (now() - start);
}

static double download(void) {
  const double enough = 0.5;
  double start = now();
  uint64_t arrived = 0;
  ssize_t got;
  while (now() - start < enough) {
    if ((got = read(line, data, sizeof data)) <= 0) return 0;
    arrived += (uint64_t)got;
  }
  return (double)arrived / (now() - start);
}

static void exchange(void) {
  char byte = 'x';
  if (write(line, &byte, 1) != 1 || read(line, &byte, 1) != 1) exit(NO);
}

static double answer_time(void) { return seconds_each(exchange); }

static void measure_line(const char *target, char task, double (*work)(void), const char *name,
                         const char *unit) {
  line = open_line(target, task);
  if (line < 0) return;
  double value = work();
  if (value > 0) show(name, unit, value);
  close(line);
}

void measure_network(const char *target) {
  measure_line(target, 'U', upload, "net-send", "B/s");
  measure_line(target, 'D', download, "net-receive", "B/s");
  measure_line(target, 'P', answer_time, "net-answer", "s");
}
