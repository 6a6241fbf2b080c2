#include "switch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 500 };

static int exit_fd = -1, ready_fd = -1;
static bool probing, listening, slip;
static volatile sig_atomic_t ended;

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void fail(const char *hint, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\n");
  if (hint) fprintf(stderr, "  %s\n", hint);
  exit(1);
}

static void on_signal(int number) {
  (void)number;
  ended = 1;
}

static void read_word(const char *word) {
  if (strncmp(word, "--secret=", 9) == 0) read_secret(word + 9);
  else if (strncmp(word, "--own-secret=", 13) == 0) own_secret(word + 13);
  else if (strncmp(word, "--exit-fd=", 10) == 0) exit_fd = atoi(word + 10);
  else if (strncmp(word, "--ready-fd=", 11) == 0) ready_fd = atoi(word + 11);
  else if (strcmp(word, "--slip") == 0) slip = true;
  else if (strcmp(word, "--probe") == 0) probing = true;
  else if (strncmp(word, "listen=", 7) == 0) add_listener(word + 7);
  else if (strncmp(word, "link=", 5) == 0) add_link(word + 5);
  else fail(NULL, "Cannot read the word \"%s\"", word);
}

/* A connection that was being made is there, or is not. */
static void finish_connecting(struct port *port) {
  int fault = 0;
  socklen_t size = sizeof fault;
  getsockopt(port->out, SOL_SOCKET, SO_ERROR, &fault, &size);
  if (fault == 0 && start_greeting(port)) return;
  struct link *link = port->link;
  close_port(port);
  link_went_down(link, strerror(fault));
}

static void serve(struct port *port, short input, short output) {
  if (output && port->state == CONNECTING) finish_connecting(port);
  else if (output) flush(port);
  if (input && port->open && port->state != CONNECTING) receive(port);
}

static void turn(void) {
  struct pollfd list[2 * PORTS + 32];
  struct port *owner[2 * PORTS + 32];
  int fds[16], count = 0, accepting = listener_fds(fds, 16);
  for (int i = 0; i < accepting; i++) list[count++] = (struct pollfd){fds[i], POLLIN, 0};
  if (exit_fd >= 0) list[count++] = (struct pollfd){exit_fd, POLLIN, 0};
  int first = count;
  for (struct port *port = ports; port < ports + PORTS; port++) {
    if (!port->open) continue;
    bool full = port->count > 0 || port->state == CONNECTING;
    owner[count] = port;
    list[count++] = (struct pollfd){port->in, POLLIN, 0};
    owner[count] = port;
    list[count++] = (struct pollfd){full ? port->out : -1, POLLOUT, 0};
  }
  if (poll(list, (nfds_t)count, TICK_MS) < 0) return;
  if (exit_fd >= 0 && list[accepting].revents) ended = 1;
  for (int i = first; i < count; i += 2)
    if (owner[i]->open && owner[i]->in == list[i].fd) serve(owner[i], list[i].revents, list[i + 1].revents);
  for (int i = 0; i < accepting; i++)
    if (list[i].revents) accept_from(list[i].fd);
}

static void come_up(void) {
  if (listening || !links_are_up()) return;
  if (probing) exit(0);
  open_listeners();
  listening = true;
  if (ready_fd >= 0) write(ready_fd, "\n", 1), close(ready_fd);
}

int main(int count, char **words) {
  struct sigaction action = {.sa_handler = on_signal};
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < 3; i++) sigaction((int[]){SIGTERM, SIGINT, SIGHUP}[i], &action, NULL);
  for (int i = 1; i < count; i++) {
    if (strcmp(words[i], "--") == 0 && i + 1 < count) {
      add_command(words + i + 1, slip);
      break;
    }
    read_word(words[i]);
  }
  atexit(remove_listeners);
  tend_links(true);
  for (come_up(); !ended; come_up()) {
    turn();
    tend_links(false);
  }
  return 0;
}
