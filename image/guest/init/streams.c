#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LINE_OUT "/dev/ttyS0"
#define LINE_ERR "/dev/ttyS1"
#define LINE_CONTROL "/dev/ttyS2"
#define TERMINAL "/dev/tty1"

enum { HANGUP_GRACE = 2 };

static struct flow out = {.from = -1, .to = -1}, err = {.from = -1, .to = -1};
static struct input in = {.directory = -1, .flow = {.from = -1, .to = -1}};
static int control = -1, terminal = -1;
static bool host_gone;
static time_t limit_at, kill_at; /* 0: never */
bool timed_out;

static int open_raw(const char *path, int flags) {
  struct termios mode;
  int fd = open(path, flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail(STATUS_FAILED, "Cannot open \"%s\": %s", path, strerror(errno));
  if (tcgetattr(fd, &mode) == 0) {
    cfmakeraw(&mode);
    tcsetattr(fd, TCSANOW, &mode);
  }
  return fd;
}

static void open_terminal(struct streams *s) {
  struct termios mode;
  terminal = open(TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) fail(STATUS_FAILED, "Cannot open \"" TERMINAL "\": %s", strerror(errno));
  if (tcgetattr(terminal, &mode) == 0) {
    mode.c_iflag |= IUTF8;
    tcsetattr(terminal, TCSANOW, &mode);
  }
  give_to_user(terminal);
  s->job_in = s->job_out = s->job_err = terminal;
}

void set_size(int fd, long rows, long columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  if (fd >= 0 && rows > 0) ioctl(fd, TIOCSWINSZ, &size);
}

static void open_input(struct streams *s) {
  int ends[2];
  if (!number_setting("stdin", 0)) {
    s->job_in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return;
  }
  make_pipe(ends, 1);
  give_to_user(ends[0]);
  s->job_in = ends[0];
  in.directory = open(CONTROL, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  in.flow.to = ends[1];
}

static int open_output(struct flow *flow, const char *line) {
  int ends[2];
  make_pipe(ends, 0);
  flow->from = ends[0];
  flow->to = open_raw(line, O_WRONLY);
  give_to_user(ends[1]);
  return ends[1];
}

void open_streams(struct streams *s) {
  *s = (struct streams){.terminal = number_setting("terminal", 0) != 0};
  signal(SIGPIPE, SIG_IGN);
  control = open_raw(LINE_CONTROL, O_RDONLY);
  if (s->terminal) {
    open_terminal(s);
    set_size(terminal, number_setting("rows", 0), number_setting("columns", 0));
  } else {
    open_input(s);
    s->job_out = open_output(&out, LINE_OUT);
  }
  if (!s->terminal || number_setting("stderr", 0)) s->job_err = open_output(&err, LINE_ERR);
}

void close_job_ends(struct streams *s) {
  close(s->job_in);
  if (s->job_out != s->job_in) close(s->job_out);
  if (s->job_err != s->job_in) close(s->job_err);
}

static void stop_job(pid_t job, int number, int grace) {
  kill(-job, number);
  if ((number == SIGTERM || number == SIGINT || number == SIGHUP) && kill_at == 0)
    kill_at = time(NULL) + grace;
}

/* Proves that the guest is alive, and its process 1 gets to run. */
static void answer(const char *question) {
  int fd = open(CONTROL "/alive", O_WRONLY | O_CLOEXEC);
  dprintf(fd, "%s\n", question);
  close(fd);
}

static void obey(char *message, pid_t job) {
  long a, b;
  if (strcmp(message, "data") == 0) in.told++;
  else if (sscanf(message, "signal %ld", &a) == 1) stop_job(job, (int)a, (int)number_setting("grace", 8));
  else if (sscanf(message, "size %ld %ld", &a, &b) == 2) set_size(terminal, a, b);
  else if (strncmp(message, "alive ", 6) == 0) answer(message + 6);
  else if (strncmp(message, "session ", 8) == 0) obey_session(message + 8);
}

static void listen(pid_t job) {
  static char text[4096];
  static size_t length;
  if (control < 0) return;
  ssize_t got = read(control, text + length, sizeof text - 1 - length);
  if (got < 0 && would_wait()) return;
  if (got <= 0) {
    close_end(&control);
    host_gone = true;
    stop_job(job, SIGTERM, HANGUP_GRACE);
    return;
  }
  text[length += (size_t)got] = '\0';
  char *line = text, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) {
    *end = '\0';
    obey(line, job);
  }
  length = strlen(line);
  memmove(text, line, length);
}

/* Keeps the time limit, and kills the job that does not heed a signal to end. */
static void keep_time(pid_t job) {
  time_t now = time(NULL);
  if (limit_at && now >= limit_at && !timed_out) {
    timed_out = true;
    stop_job(job, SIGTERM, (int)number_setting("grace", 8));
  }
  if (kill_at && now >= kill_at) kill(-job, SIGKILL);
}

static void ignore(int number) { (void)number; }

static bool has_ended(pid_t job, int *status) {
  bool ended = false;
  int state;
  for (pid_t child; (child = waitpid(-1, &state, WNOHANG)) > 0;) {
    int code = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
    if (child == job) *status = code, ended = true;
    else end_session(child, code);
  }
  return ended;
}

struct pollfd when(int fd, short events, bool wanted) {
  return (struct pollfd){.fd = wanted ? fd : -1, .events = events};
}

static void wait_for_news(void) {
  sigset_t none;
  struct timespec tick = {.tv_nsec = 200 * 1000 * 1000};
  struct pollfd list[6 + SESSION_ENDS] = {
      when(out.from, POLLIN, !is_full(&out)), when(out.to, POLLOUT, is_full(&out)),
      when(err.from, POLLIN, !is_full(&err)), when(err.to, POLLOUT, is_full(&err)),
      when(in.flow.to, POLLOUT, has_input(&in)), when(control, POLLIN, true),
  };
  bool is_timed = kill_at || limit_at;
  size_t count = 6 + watch_sessions(list + 6, &is_timed);
  sigemptyset(&none);
  ppoll(list, count, is_timed ? &tick : NULL, &none);
}

static bool pass_on(struct flow *f) {
  if (!host_gone) return drain(f);
  f->start = f->end;
  return true;
}

static void push(struct flow *f) {
  fill(f);
  if (!pass_on(f)) f->start = f->end;
}

/* What the job's end left in the pipes; a child of the job may hold them open for ever. */
static void finish(struct flow *f) {
  if (f->to < 0) return;
  fcntl(f->to, F_SETFL, 0);
  do fill(f);
  while (is_full(f) && pass_on(f));
  if (!host_gone) tcdrain(f->to);
}

int pump(pid_t job) {
  int status = STATUS_FAILED;
  sigset_t child;
  if (terminal >= 0) terminal = open(TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  signal(SIGCHLD, ignore);
  if (number_setting("timeout", 0) > 0) limit_at = time(NULL) + number_setting("timeout", 0);
  while (!has_ended(job, &status)) {
    listen(job);
    feed(&in);
    push(&out);
    push(&err);
    keep_time(job);
    serve_sessions();
    wait_for_news();
  }
  finish(&out);
  finish(&err);
  return timed_out ? STATUS_TIMED_OUT : status;
}
