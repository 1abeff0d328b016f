// The one way in which a report reaches whoever asked for it, and what becomes
// of one that nobody can take.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/decide/refusal.h"
#include "gc/storage/opened_store.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// Borrowed, all of it.
struct Delivery {
  const OpenedStore& store;
  const std::vector<Finding>& findings;
  const std::vector<Refusal>& refusals;  // why nothing was done
  ExitCode exit_code;
  std::function<std::string()> json;
  // What comes below the line that names the root; on stdout.
  std::function<void(const Palette&)> text;
};

// JSON or text, as `options` say; with --quiet only what is wrong, and what was
// refused in any case, on stderr. Returns what to exit with. Call it last: a
// failure after it would be a second document.
ExitCode deliver(const Delivery& delivery, const GlobalOptions& options);

// Prints and flushes. `failed` where stdout cannot take it, to a full disk for
// one, which stderr says; to a script, what was cut off must not look whole.
// A reader that closed its pipe has seen enough: that is `code`, and no word.
ExitCode write_out(ExitCode code, ExitCode failed,
                   const std::function<void()>& print);

// On stdout where `file` is "-"; else as replace_file() of gc/saved/user_file.h
// does.
void write_file(const std::string& text, const std::string& file,
                const ResolvedRoot& root);

}  // namespace dregs
