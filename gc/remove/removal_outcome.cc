#include "gc/remove/removal_outcome.h"

#include <cerrno>

namespace dregs {

RemovalOutcome outcome_of(int error) {
  if (error == 0) return {};
  if (error == ENOENT) return {RemovalOutcome::State::already_gone, 0, {}};
  if (error == ELOOP || error == ENOTDIR || error == EXDEV)
    return {RemovalOutcome::State::changed, error,
            "a symbolic link or mount has appeared"};
  return {RemovalOutcome::State::failed, error, {}};
}

RemovalOutcome left(std::string_view name) {
  return {RemovalOutcome::State::skipped, 0,
          "holds " + std::string(name) + ", which is left alone"};
}

RemovalOutcome left_alone(std::string_view name) {
  return {RemovalOutcome::State::removed, 0, left(name).detail};
}

}  // namespace dregs
