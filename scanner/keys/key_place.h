// Where in a registry's tree a key is (format.md#1.1, #1.2). Pure functions.
#pragma once

#include <string_view>

namespace dregs {

struct KeyPlace {
  enum class Kind {
    beside,       // neither below blobs/ nor below repositories/
    folder_key,   // ends in '/': a console or a synchroniser made it
    blob,         // `below` is relative to blobs/
    repository,   // `below` is relative to the repository
    between,      // `below` is relative to repositories/, and of no repository
    in_snapshot,  // the same, in a folder that no image of today needs
  };
  Kind kind = Kind::beside;
  std::string_view repository{};  // its name
  std::string_view below{};
  // It belongs as well to the repository without a name, which is there where
  // _layers and its like are in repositories/ itself: its whole path does.
  std::string_view of_the_nameless{};
};

// `path` is relative to docker/registry/v2.
KeyPlace place_of_key(std::string_view path);

}  // namespace dregs
