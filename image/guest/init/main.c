#include "init.h"

int main(void) {
  if (is_process_1()) mount_system();
  mount_control();
  watch_disk();
  bring_up_network();
  merge_changes();
  make_user();
  mount_jobdir();
  mount_scratch();
  mount_binds();
  power_off(run_job());
}
