/*
 * Sessions: commands that run beside the job, each talked to through a directory CONTROL/session.ID and words on
 * the control line. docs/formats/control.md describes both.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PIECES_AHEAD = 32, HANGUP_GRACE = 2 };

#define TOO_MANY "apppot: Cannot run the command: 64 others run beside the job\n"

static struct session *sessions[SESSIONS_MAX];

static struct session **find(const char *id) {
  for (int i = 0; i < SESSIONS_MAX; i++)
    if (sessions[i] && strcmp(sessions[i]->id, id) == 0) return &sessions[i];
  return NULL;
}

/* Nobody reads any more what it says. */
static void hang_up(struct session *s) {
  s->has_left = true;
  kill(-s->process, SIGHUP);
  if (!s->kill_at) s->kill_at = time(NULL) + HANGUP_GRACE;
}

/* Puts a piece of output in its place when it is whole; the disk of the host may be full. */
static bool put_piece(struct session *s, const char *kind, const char *data, size_t length) {
  char name[48];
  int fd = openat(s->directory, "next", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 && errno == ENOENT) hang_up(s);
  if (fd < 0) return false;
  bool done = write_all(fd, data, length);
  done = close(fd) == 0 && done;
  snprintf(name, sizeof name, "%lu.%s", s->made, kind);
  if (!done || renameat(s->directory, "next", s->directory, name) != 0) return false;
  s->made++;
  return true;
}

static bool has_room(const struct session *s) {
  return s->has_left || s->made - s->taken < PIECES_AHEAD;
}

/* Passes on what there is. */
static void push(struct session *s, struct flow *f, const char *kind) {
  fill(f);
  if (!is_full(f) || !has_room(s)) return;
  if (s->has_left || put_piece(s, kind, f->data + f->start, f->end - f->start)) f->start = f->end;
}

static void remove_directory(struct session *s) {
  char path[sizeof CONTROL + SESSION_ID + 16];
  DIR *list = fdopendir(dup(s->directory));
  for (struct dirent *entry; list && (entry = readdir(list));) unlinkat(s->directory, entry->d_name, 0);
  if (list) closedir(list);
  snprintf(path, sizeof path, CONTROL "/session.%s", s->id);
  rmdir(path);
}

static void drop(struct session **place) {
  struct session *s = *place;
  if (s->has_left) remove_directory(s);
  close_end(&s->out.from);
  close_end(&s->err.from);
  close_end(&s->in.flow.from);
  close_end(&s->in.flow.to);
  close_end(&s->terminal);
  close_end(&s->directory);
  free(s);
  *place = NULL;
}

static bool says_more(struct session *s, struct flow *f, const char *kind) {
  size_t before = s->made;
  push(s, f, kind);
  return is_full(f) || s->made != before;
}

/* What its end left in the pipes goes first; a child of it may hold them open for ever. */
static void finish(struct session **place) {
  struct session *s = *place;
  char text[16];
  while (says_more(s, &s->out, "out") || says_more(s, &s->err, "err"))
    if (is_full(&s->out) || is_full(&s->err)) return;
  snprintf(text, sizeof text, "%d\n", s->status);
  if (s->has_left || put_piece(s, "end", text, strlen(text))) drop(place);
}

static void serve(struct session **place) {
  struct session *s = *place;
  if (s->kill_at && time(NULL) >= s->kill_at) kill(-s->process, SIGKILL);
  if (s->ended) {
    finish(place);
    return;
  }
  feed(&s->in);
  push(s, &s->out, "out");
  push(s, &s->err, "err");
}

void serve_sessions(void) {
  for (int i = 0; i < SESSIONS_MAX; i++)
    if (sessions[i]) serve(&sessions[i]);
}

/* Room counts, not readiness alone, lest a full directory keep us busy. */
size_t watch_sessions(struct pollfd *list, bool *is_timed) {
  size_t count = 0;
  for (int i = 0; i < SESSIONS_MAX; i++) {
    struct session *s = sessions[i];
    if (!s) continue;
    bool stuck = (is_full(&s->out) || is_full(&s->err) || s->ended) && has_room(s);
    if (stuck || s->kill_at) *is_timed = true;
    list[count++] = when(s->out.from, POLLIN, !is_full(&s->out) && has_room(s));
    list[count++] = when(s->err.from, POLLIN, !is_full(&s->err) && has_room(s));
    list[count++] = when(s->in.flow.to, POLLOUT, has_input(&s->in));
  }
  return count;
}

void end_session(pid_t process, int status) {
  for (int i = 0; i < SESSIONS_MAX; i++) {
    struct session *s = sessions[i];
    if (!s || s->process != process) continue;
    s->ended = true;
    s->status = status;
  }
}

static void begin(const char *id) {
  for (int i = 0; i < SESSIONS_MAX; i++)
    if (!sessions[i]) {
      sessions[i] = start_session(id);
      return;
    }
  struct session *refused = open_session(id);
  if (!refused) return;
  put_piece(refused, "err", TOO_MANY, sizeof TOO_MANY - 1);
  put_piece(refused, "end", "125\n", 4);
  drop(&refused);
}

/* ID WORD...; a session that has ended hears nothing. */
void obey_session(const char *message) {
  char id[SESSION_ID], word[16];
  long a, b;
  int read = 0;
  if (sscanf(message, "%32[A-Za-z0-9] %15s%n", id, word, &read) != 2) return;
  if (strcmp(word, "start") == 0 && !find(id)) begin(id);
  struct session **place = find(id);
  if (!place) return;
  struct session *s = *place;
  int numbers = sscanf(message + read, "%ld %ld", &a, &b);
  if (strcmp(word, "data") == 0) s->in.told++;
  else if (strcmp(word, "taken") == 0 && numbers == 1) s->taken = (unsigned long)a;
  else if (strcmp(word, "signal") == 0 && numbers == 1) kill(-s->process, (int)a);
  else if (strcmp(word, "size") == 0 && numbers == 2) set_size(s->terminal, a, b);
  else if (strcmp(word, "hangup") == 0) hang_up(s);
}
