#include "gauge.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAULT_PAGES = 1024, PAGE = 4096 };

static int to_child[2], to_parent[2];

static void call_system(void) { syscall(SYS_getppid); }

static void open_file(void) { close(open("/proc/self/stat", O_RDONLY)); }

static void fork_child(void) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
}

static void run_program(void) {
  pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "apppot-gauge", "true", (char *)NULL);
    _exit(1);
  }
  waitpid(child, NULL, 0);
}

static void touch_pages(void) {
  char *at = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return;
  for (int i = 0; i < FAULT_PAGES; i++) at[i * PAGE] = 1;
  munmap(at, FAULT_PAGES * PAGE);
}

static void echo(void) {
  char byte;
  while (read(to_child[0], &byte, 1) == 1 && write(to_parent[1], &byte, 1) == 1) continue;
  _exit(0);
}

static void exchange(void) {
  char byte = 'x';
  if (write(to_child[1], &byte, 1) != 1 || read(to_parent[0], &byte, 1) != 1) _exit(1);
}

static void measure_pipe(void) {
  if (pipe(to_child) != 0 || pipe(to_parent) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    close(to_child[1]);
    echo();
  }
  close(to_child[0]);
  show("pipe", "s", seconds_each(exchange));
  close(to_child[1]);
  close(to_parent[0]);
  close(to_parent[1]);
  waitpid(child, NULL, 0);
}

void measure_system(void) {
  show("call", "s", seconds_each(call_system));
  show("open", "s", seconds_each(open_file));
  show("fault", "s", seconds_each(touch_pages) / FAULT_PAGES);
  measure_pipe();
  show("fork", "s", seconds_each(fork_child));
  show("exec", "s", seconds_each(run_program));
}
