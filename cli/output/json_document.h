// The parts that every JSON document has (promises.md#json).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/exit_code.h"
#include "gc/decide/refusal.h"
#include "gc/storage/opened_store.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// Keys keep the order in which they are set.
using Json = nlohmann::ordered_json;

// schema, version, root, root_source; these are null where it is not known.
Json json_document(const std::string& schema, const ResolvedRoot& root);
Json json_document(const std::string& schema, const OpenedStore& store);

Json to_json(const std::vector<Finding>& findings, const OpenedStore& store);

Json refusals_json(const std::vector<Refusal>& refusals);

// findings, exit_code, seconds; and the text, two spaces indented.
std::string finish_json(Json document, const std::vector<Finding>& findings,
                        const OpenedStore& store, ExitCode exit_code,
                        double seconds);

// The same, of findings that are JSON already.
std::string finish_json(Json document, Json findings, ExitCode exit_code,
                        double seconds);

Json to_json(const RequestsMade& made);

// dregs.error/1, of a run that has no report: what it was to do ("trash ls"),
// and why it did not.
std::string error_document(const ResolvedRoot& root, const std::string& command,
                           const std::string& message, ExitCode exit_code,
                           double seconds);

// dregs.text/1: what is text for a person, such as help, whole.
std::string text_document(const std::string& text);

Json texts(const std::vector<std::string>& words);

// null where the text is empty.
Json text_or_null(const std::string& text);

// `ns` since the epoch; null where the time is not known.
Json time_or_null(const std::optional<std::int64_t>& ns);

}  // namespace dregs
