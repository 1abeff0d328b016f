// The table of contents: options, then one command, then an exit code.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "cli/arguments/arguments.h"
#include "cli/arguments/options.h"
#include "cli/arguments/threads.h"
#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/failure.h"
#include "cli/output/json_document.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/text.h"
#include "scanner/objects/object_store.h"

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

// For whoever ends the process, from wherever.
const CLI::App* application = nullptr;
const Invocation* running = nullptr;

// "trash ls"; empty where no command was understood.
std::string command_in(const CLI::App& app) {
  std::string command;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    command += (command.empty() ? "" : " ") + at->get_name();
  }
  return command;
}

int fail(ExitCode code, const std::string& message) {
  report_failure(*running, command_in(*application), code, message);
  return static_cast<int>(code);
}

// TBB starts threads when it likes, and ends the process where it cannot. A run
// may be killed anywhere; so it may end here.
[[noreturn]] void end_without_a_thread() {
  static std::atomic_flag ends;  // several threads may come here at once
  while (ends.test_and_set()) ::pause();
  ::_exit(
      fail(running->could_not_run,
           "cannot start a thread; allow more tasks or memory, or use fewer "
           "threads: --jobs 1"));
}

ExitCode run() {
  raise_open_file_limit();
  give_back_freed_memory();
  const std::size_t threads = threads_to_be_had(running->global.jobs);
  std::set_terminate(end_without_a_thread);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  threads);
  tbb::task_arena arena(static_cast<int>(threads));
  const ExitCode code =
      arena.execute([] { return running->run(running->global); });
  return write_out(code, std::max(code, running->could_not_run), [] {});
}

int usage_error(const CLI::ParseError& error, bool json) {
  const std::string command = command_in(*application);
  const std::vector<std::string> strangers = application->remaining();
  std::string message = error.what();
  if (command.empty() && error.get_name() == "RequiredError")
    message = strangers.empty()
                  ? "a command is needed"
                  : "'" + escaped(strangers.front()) + "' is not a command";
  report_usage_error(command, running->could_not_run, message, json);
  return static_cast<int>(running->could_not_run);
}

// Help, or the version.
int print_help(const CLI::App& app, const CLI::ParseError& asked, bool json) {
  std::ostringstream text;
  app.exit(asked, text, text);
  return static_cast<int>(
      write_out(ExitCode::done, ExitCode::could_not_run, [&] {
        fmt::print("{}", json ? text_document(text.str()) : text.str());
      }));
}

int parse_and_run(CLI::App& app, const std::vector<std::string>& words) {
  try {
    Words taken = as_cli11_takes_them(app, words);
    std::reverse(taken.words.begin(), taken.words.end());
    app.parse(std::move(taken.words));
    if (taken.wrong) throw CLI::ValidationError(*taken.wrong);
  } catch (const CLI::ParseError& error) {
    const bool json = asks_for_json(words);
    return error.get_exit_code() == 0 ? print_help(app, error, json)
                                      : usage_error(error, json);
  }
  return static_cast<int>(run());
}

// Everything that goes wrong from here on is one line on stderr.
int run_program(const std::vector<std::string>& words) {
  Invocation invocation;
  CLI::App app;
  application = &app;
  running = &invocation;
  // A closed pipe is an error of the write that finds it, not the end of a
  // sweep.
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    build_options(app, invocation);
    return parse_and_run(app, words);
  } catch (const StoppedEarly& stopped) {
    return fail(stopped.code(), stopped.what());
  } catch (const StorageError& error) {
    const StopReason stopped = stop_on_signals().reason();
    if (error.code() == "Stopped" && stopped != StopReason::none)
      return fail(exit_code_of(stopped), "interrupted");
    return fail(invocation.could_not_run, error.what());
  } catch (const std::bad_alloc&) {
    return fail(
        invocation.could_not_run,
        "not enough memory; allow more, or use fewer threads: --jobs 1");
  } catch (const std::exception& error) {
    return fail(invocation.could_not_run, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_program({argv + 1, argv + argc});
  } catch (...) {  // there is not even memory to say so
    return static_cast<int>(ExitCode::could_not_run);
  }
}
