// What DeleteObjects is told, and what its answer proves. Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scanner/objects/object_store.h"
#include "scanner/requests/answers.h"

namespace dregs {

// Whether XML 1.0 carries this key so that every server reads the same one: no
// control bytes, only UTF-8, and no blank at an end that a server might cut
// off. Others are removed by a request of their own.
bool can_stand_in_xml(const std::string& key);

// Not quiet: a key of which the answer says nothing counts as not removed.
std::string delete_body(std::span<const ObjectName> names);

// Of what was asked for, what the answer does not prove to be gone.
std::vector<NotRemoved> not_removed(std::span<const ObjectName> names,
                                    const DeleteAnswer& answer);

}  // namespace dregs
