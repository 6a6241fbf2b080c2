#include "rsh.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* One command of one caller. */
struct session {
  int peer, in, out, err; /* our ends; -1 when closed */
  pid_t command;
};

static void close_end(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static bool put_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t put = write(fd, data, length);
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) data += put, length -= (size_t)put;
  }
  return true;
}

static void run(struct session *s, const char *text) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) _exit(STATUS_FAILED);
  s->command = fork();
  if (s->command == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    dup2(in[0], 0), dup2(out[1], 1), dup2(err[1], 2);
    execl("/bin/sh", "sh", "-c", text, (char *)NULL);
    _exit(STATUS_NOT_FOUND);
  }
  close(in[0]), close(out[1]), close(err[1]);
  s->in = in[1], s->out = out[0], s->err = err[0];
}

/* Passes on what is there; false at the end. */
static bool pass(const struct session *s, int from, char kind) {
  static char data[PAYLOAD];
  ssize_t got = read(from, data, sizeof data);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  return got > 0 && send_message(s->peer, kind, data, (size_t)got);
}

/* A process of its own takes in what the caller sends: it may have to wait for the command, which may
   have to wait for its output to be taken away. A caller that has gone ends the command. */
static pid_t start_feeding(struct session *s) {
  static char data[PAYLOAD + 1];
  char kind;
  size_t length;
  pid_t feeder = fork();
  if (feeder == 0) {
    while (receive_message(s->peer, &kind, data, &length)) {
      if (length == 0) close_end(&s->in);
      else if (s->in >= 0 && !put_all(s->in, data, length)) close_end(&s->in);
    }
    kill(-s->command, SIGHUP);
    _exit(0);
  }
  close_end(&s->in);
  return feeder;
}

/* What the command left in its pipes; its children may hold them open for ever. */
static void drain(const struct session *s, int from, char kind) {
  if (from < 0) return;
  fcntl(from, F_SETFL, O_NONBLOCK);
  struct pollfd ready = {.fd = from, .events = POLLIN};
  while (poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) && pass(s, from, kind)) continue;
}

static void finish(const struct session *s, int state) {
  unsigned char status = (unsigned char)(WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state));
  drain(s, s->out, 'o');
  drain(s, s->err, 'e');
  send_message(s->peer, 'x', &status, 1);
}

static void attend(struct session *s, int ended) {
  struct signalfd_siginfo news;
  int state;
  while (1) {
    struct pollfd list[] = {{s->out, POLLIN, 0}, {s->err, POLLIN, 0}, {ended, POLLIN, 0}};
    if (poll(list, 3, -1) < 0) continue;
    if (list[0].revents && !pass(s, s->out, 'o')) close_end(&s->out);
    if (list[1].revents && !pass(s, s->err, 'e')) close_end(&s->err);
    if (!list[2].revents || read(ended, &news, sizeof news) < 0) continue;
    if (waitpid(s->command, &state, WNOHANG) == s->command) {
      finish(s, state);
      return;
    }
  }
}

static void talk(int peer) {
  static char text[PAYLOAD + 1];
  struct session s = {.peer = peer};
  char kind;
  size_t length;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  signal(SIGCHLD, SIG_DFL);
  int ended = signalfd(-1, &child, SFD_CLOEXEC);
  if (!receive_message(peer, &kind, text, &length) || kind != 'c') return;
  run(&s, text);
  pid_t feeder = start_feeding(&s);
  attend(&s, ended);
  kill(feeder, SIGKILL);
}

int serve(const char *address) {
  int listener = listen_at(address);
  if (listener < 0) {
    fprintf(stderr, "apppot-rsh: Cannot listen at %s: %s\n", address, strerror(errno));
    return STATUS_FAILED;
  }
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  while (1) {
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) continue;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (fork() == 0) {
      close(listener);
      talk(peer);
      _exit(0);
    }
    close(peer);
  }
}
