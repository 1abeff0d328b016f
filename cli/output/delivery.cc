#include "cli/output/delivery.h"

#include <fmt/format.h>
#include <stdio_ext.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "cli/output/print_findings.h"
#include "gc/saved/user_file.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// 0, or why stdout did not take it.
int error_of(const std::function<void()>& print) {
  try {
    errno = 0;
    print();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  return errno == 0 ? EIO : errno;
}

// What the bucket's owner pays for.
void print(const RequestsMade& made) {
  fmt::print(
      "requests: {} LIST, {} GET, {} HEAD, {} PUT, {} DELETE, of them {} "
      "repeated; {:.4f} USD by {}\n",
      made.list, made.get, made.head, made.put, made.remove, made.retries,
      made.usd, escaped(made.prices));
}

void print(const Purged& purged) {
  fmt::print("versions: {}, {} {} for good",
             counted(purged.versions, "version", "versions"),
             human_bytes(purged.bytes),
             purged.dry_run ? "would be removed" : "were removed");
  if (purged.held > 0)
    fmt::print("; {}, {} are held", counted(purged.held, "version", "versions"),
               human_bytes(purged.held_bytes));
  fmt::print("\n");
}

void print(const Delivery& delivery, const GlobalOptions& options) {
  if (options.json) return fmt::print("{}", delivery.json());
  if (options.quiet) return print_problems(delivery.findings, delivery.store);
  const Palette palette(options.colour);
  const ResolvedRoot& root = delivery.store.root;
  fmt::print("{} ({})\n", palette.strong(escaped(root.rootdirectory)),
             escaped(root.source));
  delivery.text(palette);
  if (!delivery.store.storage) return;
  if (const auto purged = delivery.store.storage->purged()) print(*purged);
  if (const auto made = delivery.store.storage->requests()) print(*made);
}

// A reader that has closed the pipe has seen enough.
void print_to_stdout(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      std::fflush(stdout) == 0)
    return;
  if (errno != EPIPE)
    throw std::runtime_error(
        fmt::format("cannot write the report: {}", std::strerror(errno)));
}

}  // namespace

ExitCode deliver(const Delivery& delivery, const GlobalOptions& options) {
  print_refusals(delivery.refusals);
  return write_out(delivery.exit_code,
                   std::max(delivery.exit_code, ExitCode::could_not_run),
                   [&] { print(delivery, options); });
}

ExitCode write_out(ExitCode code, ExitCode failed,
                   const std::function<void()>& print) {
  const int error = error_of(print);
  if (error == 0) return code;
  // What is left would fail once more at the end of the process.
  ::__fpurge(stdout);
  std::clearerr(stdout);
  if (error == EPIPE) return code;
  (void)std::fprintf(stderr, "dregs: cannot write the report: %s\n",
                     std::strerror(error));
  return failed;
}

void write_file(const std::string& text, const std::string& file,
                const ResolvedRoot& root) {
  if (file == "-")
    print_to_stdout(text);
  else
    replace_file(text, file, root);
}

}  // namespace dregs
