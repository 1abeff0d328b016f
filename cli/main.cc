// The table of contents: options, then one command, then an exit code.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "cli/options.h"

namespace {

using namespace dregs;

// A folder and a link are open in every thread, and containers set low limits.
void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Of large blocks, glibc gives back only those above a threshold, which grows
// with what is freed: without one of our own, what the threads of a scan
// gathered would stay beside the tables that are made of it. Small blocks it
// keeps in as many arenas as there are threads, which mostly wait for the disk:
// one for each core is enough.
void give_back_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  ::mallopt(M_ARENA_MAX, tbb::info::default_concurrency());
}

void usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const std::vector<std::string> strangers = app.remaining();
  std::string message = error.what();
  if (chosen.empty())
    message = strangers.empty() ? "a command is needed"
                                : "'" + strangers.front() + "' is no command";
  const std::string command =
      chosen.empty() ? "dregs" : "dregs " + chosen.front()->get_name();
  fmt::print(stderr, "dregs: {}\nTry '{} --help'.\n", message, command);
}

ExitCode run(const Invocation& invocation) {
  raise_open_file_limit();
  give_back_freed_memory();
  const auto jobs = static_cast<int>(invocation.global.jobs);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(jobs));
  tbb::task_arena arena(jobs);
  return arena.execute([&] { return invocation.run(invocation.global); });
}

// To a script, a report that a full disk cut off must not look whole.
ExitCode delivered(const Invocation& invocation, ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  (void)std::fprintf(stderr, "dregs: cannot write the report: %s\n",
                     std::strerror(errno));
  return std::max(code, invocation.could_not_run);
}

}  // namespace

int main(int argc, char** argv) {
  Invocation invocation;
  try {
    CLI::App app;
    build_options(app, invocation);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app.exit(error);
      usage_error(app, error);
      return static_cast<int>(invocation.could_not_run);
    }
    return static_cast<int>(delivered(invocation, run(invocation)));
  } catch (const std::exception& error) {
    // fmt::print would throw where stderr cannot be written either.
    (void)std::fprintf(stderr, "dregs: %s\n", error.what());
    return static_cast<int>(invocation.could_not_run);
  }
}
