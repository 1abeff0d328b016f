#include "scanner/objects/object_store.h"

#include <utility>

namespace dregs {

StorageError::StorageError(std::string code, int status,
                           const std::string& what)
    : std::runtime_error(what), code_(std::move(code)), status_(status) {}

}  // namespace dregs
