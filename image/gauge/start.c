#include "gauge.h"

#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a process 1 needs to do before anything can be measured, when the gauge is all there is. */
void become_process_1(void) {
  mkdir("/proc", 0755);
  mount("proc", "/proc", "proc", 0, NULL);
}

void power_off(void) {
  sync();
  reboot(RB_POWER_OFF);
}
