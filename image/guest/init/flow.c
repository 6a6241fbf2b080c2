#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void close_end(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

bool would_wait(void) { return errno == EAGAIN || errno == EINTR; }

bool is_full(const struct flow *f) { return f->start < f->end; }

/* Takes in what the source has, when the last block is through. */
void fill(struct flow *f) {
  if (f->from < 0 || is_full(f)) return;
  ssize_t got = read(f->from, f->data, BLOCK);
  if (got < 0 && would_wait()) return;
  f->start = 0;
  f->end = got > 0 ? (size_t)got : 0;
  if (got <= 0) close_end(&f->from);
}

/* Returns false when the other side takes no more. */
bool drain(struct flow *f) {
  if (!is_full(f)) return true;
  ssize_t put = write(f->to, f->data + f->start, f->end - f->start);
  if (put >= 0) f->start += (size_t)put;
  return put >= 0 || would_wait();
}

void make_pipe(int ends[2], int ours) {
  if (pipe2(ends, O_CLOEXEC) != 0) fail(STATUS_FAILED, "Cannot make a pipe: %s", strerror(errno));
  fcntl(ends[ours], F_SETFL, O_NONBLOCK);
}

static void close_input(struct input *in) {
  close_end(&in->flow.from);
  close_end(&in->flow.to);
  in->flow.start = in->flow.end = 0;
  close(openat(in->directory, "stdin.closed", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static void next_piece(struct input *in) {
  char name[32];
  struct flow *f = &in->flow;
  if (f->to < 0 || f->from >= 0 || is_full(f) || in->taken == in->told) return;
  snprintf(name, sizeof name, "stdin.%lu", in->taken++);
  f->from = openat(in->directory, name, O_RDONLY | O_CLOEXEC);
  off_t length = f->from < 0 ? 0 : lseek(f->from, 0, SEEK_END);
  unlinkat(in->directory, name, 0);
  if (length <= 0) close_input(in);
  else lseek(f->from, 0, SEEK_SET);
}

void feed(struct input *in) {
  next_piece(in);
  fill(&in->flow);
  if (!drain(&in->flow)) close_input(in);
}

bool has_input(const struct input *in) {
  return is_full(&in->flow) || in->flow.from >= 0 || in->taken < in->told;
}
