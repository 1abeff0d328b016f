#include "scanner/files/layer_times.h"

#include <limits>

#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

constexpr FileTimes kNeverOld = {std::numeric_limits<std::int64_t>::max(),
                                 std::numeric_limits<std::int64_t>::max()};

}  // namespace

FileTimes newest_layer_times(int folder, const Repository& repository) {
  const std::size_t above = layout::repository(repository.name).size() + 1;
  FileTimes newest;
  const auto look = [&](const std::string& path) {
    FileStatus status;
    const int error = followed_status(folder, path.c_str(), status);
    newest.take_newer(error == 0 ? status.times() : kNeverOld);
  };
  const auto look_at_link = [&](const std::string& link_folder) {
    look(link_folder.substr(above));
    look(layout::link_in(link_folder).substr(above));
  };
  look("_layers");
  for (const Digest& digest : repository.layers)
    look_at_link(layout::layer(repository.name, digest));
  for (const LayerAlias& alias : repository.aliases)
    look_at_link(layout::layer_alias(repository.name, alias.digest));
  return newest;
}

}  // namespace dregs
