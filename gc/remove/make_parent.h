// The folders of the layout in which a file is put back, made as far as
// missing: as the folder above has it, owner and mode.
#pragma once

#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

// The folder of the open `v2` in which `path` lies. Through no symbolic link
// and onto no other filesystem. Invalid with errno set.
Descriptor make_parent(int v2, std::string_view path);

}  // namespace dregs
