// How one removal ended. Values; no I/O.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

struct RemovalOutcome {
  enum class State {
    removed,
    already_gone,  // counts as removed: an earlier run was cut short here
    changed,       // not what the scan saw: somebody writes
    skipped,       // holds what the layout does not know
    failed,        // see error
  };
  State state = State::removed;
  int error = 0;       // errno
  std::string detail;  // what was left, for a person; even of what is removed
};

// Of an errno value, 0 for none. The scan judged every entry by its kind: one
// that is a symbolic link, a mount or a file only now is a change.
RemovalOutcome outcome_of(int error);

// Because of `name`, which no registry wrote, nothing more goes there; or all
// that was to go is gone, and only the folder stays.
RemovalOutcome left(std::string_view name);
RemovalOutcome left_alone(std::string_view name);

}  // namespace dregs
