#include "rsh.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One text, as rsh(1) makes it of its words: the other side's shell reads it. */
static bool send_command(int peer, char **words) {
  static char text[PAYLOAD];
  size_t length = 0;
  for (; *words; words++) {
    size_t more = strlen(*words);
    if (length + more + 1 > sizeof text) return false;
    if (length > 0) text[length++] = ' ';
    memcpy(text + length, *words, more);
    length += more;
  }
  return send_message(peer, 'c', text, length);
}

/* A process of its own, so that a full connection never keeps us from what the other side says. */
static pid_t start_input(int peer) {
  static char data[PAYLOAD];
  ssize_t got;
  pid_t sender = fork();
  if (sender != 0) return sender;
  while ((got = read(0, data, sizeof data)) > 0 && send_message(peer, 'i', data, (size_t)got)) continue;
  send_message(peer, 'i', data, 0);
  _exit(0);
}

static void show(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t put = write(fd, data, length);
    if (put <= 0) return;
    data += put, length -= (size_t)put;
  }
}

/* The command's status, or that of our own failure. */
static int converse(int peer, const char *host) {
  static char data[PAYLOAD + 1];
  char kind;
  size_t length;
  while (receive_message(peer, &kind, data, &length)) {
    if (kind == 'o') show(1, data, length);
    if (kind == 'e') show(2, data, length);
    if (kind == 'x') return (unsigned char)data[0];
  }
  fprintf(stderr, "apppot-rsh: Cannot go on: %s hung up\n", host);
  return STATUS_FAILED;
}

int call(const char *host, char **words) {
  int peer = call_host(host);
  if (peer < 0) {
    fprintf(stderr, "apppot-rsh: Cannot reach %s: %s\n", host,
            peer == -2 ? "no address in /etc/hosts" : "it does not answer");
    return STATUS_FAILED;
  }
  if (!send_command(peer, words)) {
    fprintf(stderr, "apppot-rsh: Cannot send the command to %s\n", host);
    return STATUS_FAILED;
  }
  pid_t sender = start_input(peer);
  int status = converse(peer, host);
  kill(sender, SIGKILL);
  return status;
}
