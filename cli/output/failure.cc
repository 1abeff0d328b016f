#include "cli/output/failure.h"

#include <cstdio>
#include <exception>

#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

// That of the report which there might have been; what was asked for, where
// that is no root.
ResolvedRoot root_of(const GlobalOptions& options) {
  try {
    return resolve_root(root_request(options));
  } catch (const std::exception&) {
    ResolvedRoot asked;
    if (!options.root) return asked;
    asked.rootdirectory = *options.root;
    asked.source = "--root";
    return asked;
  }
}

// Nothing where stdout takes nothing any more, or the beginning of a report is
// there. fwrite, since fmt::print throws.
void print_document(const std::string& document) {
  if (std::ferror(stdout) != 0) return;
  (void)std::fwrite(document.data(), 1, document.size(), stdout);
  (void)std::fflush(stdout);
}

}  // namespace

void report_failure(const Invocation& invocation, const std::string& command,
                    ExitCode code, const std::string& message) {
  print_error(message);
  if (invocation.global.json)
    print_document(error_document(root_of(invocation.global), command, message,
                                  code, invocation.stopwatch.seconds()));
}

void report_usage_error(const std::string& command, ExitCode code,
                        const std::string& message, bool json) {
  print_error(message);
  (void)std::fprintf(stderr, "Try '%s --help'.\n",
                     command.empty() ? "dregs" : ("dregs " + command).c_str());
  if (json)
    print_document(error_document(ResolvedRoot(), command, message, code, 0));
}

}  // namespace dregs
