#include "tests/mounted_store.h"

namespace dregs {

bool can_mount() {
  static const bool can = run_program({"unshare", "--mount", "sh", "-ec",
                                       "mount -t tmpfs none /mnt"})
                              .exit_code == 0;
  return can;
}

GcRun run_gc_among_mounts(const StoreBuilder& store,
                          const std::string& commands,
                          const std::vector<std::string>& arguments) {
  return run_gc(
      store, arguments,
      {"unshare", "--mount", "sh", "-ec",
       "cd \"$0\"\n" + commands + "\nexec \"$@\"", store.v2().string()});
}

}  // namespace dregs
