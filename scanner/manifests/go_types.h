// Whether Go stores a value in a field of a manifest's type without an error;
// null leaves any field alone. Servers answer 500 where one is not. Pure.
#pragma once

#include <simdjson.h>

namespace dregs {

bool is_text_or_null(const simdjson::dom::element& value);
bool is_integer_or_null(const simdjson::dom::element& value);
bool are_texts_or_null(const simdjson::dom::element& value);       // []string
bool are_text_pairs_or_null(const simdjson::dom::element& value);  // a map
// `of_docker`: with what Docker's manifest list adds to it.
bool is_platform_or_null(const simdjson::dom::element& value, bool of_docker);
bool is_history_or_null(const simdjson::dom::element& value);  // of schema1

}  // namespace dregs
