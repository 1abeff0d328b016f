#include "gc/saved/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "gc/saved/user_file.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRecordSchema = "dregs.record/1";

Json to_json(const RecordedRun& run) {
  Json json;
  json["command"] = run.command;
  json["ended"] = run.ended_s;
  json["exit_code"] = run.exit_code;
  json["seconds"] = run.seconds;
  json["collected"] = run.collected;
  json["bytes"] = run.bytes;
  json["trash"] = run.trash;
  json["succeeded"] = run.succeeded_s ? Json(*run.succeeded_s) : Json(nullptr);
  return json;
}

RecordedRun run_from(const Json& json) {
  RecordedRun run;
  run.command = json.at("command").get<std::string>();
  run.ended_s = json.at("ended").get<std::int64_t>();
  run.exit_code = json.at("exit_code").get<int>();
  run.seconds = json.at("seconds").get<double>();
  run.collected = json.at("collected").get<bool>();
  run.bytes = json.at("bytes").get<std::uint64_t>();
  run.trash = json.at("trash").get<std::string>();
  if (const Json& succeeded = json.at("succeeded"); !succeeded.is_null())
    run.succeeded_s = succeeded.get<std::int64_t>();
  return run;
}

[[noreturn]] void refuse_record(const std::string& name,
                                const std::string& why) {
  throw std::runtime_error(fmt::format(
      "the record {} {}; remove it, or name another file", escaped(name), why));
}

std::vector<RecordedRun>::iterator place_of(std::vector<RecordedRun>& runs,
                                            const std::string& command) {
  return std::lower_bound(
      runs.begin(), runs.end(), command,
      [](const RecordedRun& a, const std::string& b) { return a.command < b; });
}

}  // namespace

void add_run(RunRecord& record, RecordedRun run) {
  const bool succeeded = run.exit_code == 0 || run.exit_code == 1;
  const auto at = place_of(record.runs, run.command);
  const bool known = at != record.runs.end() && at->command == run.command;
  if (succeeded)
    run.succeeded_s = run.ended_s;
  else if (known)
    run.succeeded_s = at->succeeded_s;
  if (known)
    *at = std::move(run);
  else
    record.runs.insert(at, std::move(run));
}

const RecordedRun* last_collection(const RunRecord& record) {
  const RecordedRun* last = nullptr;
  for (const RecordedRun& run : record.runs)
    if (run.collected && (last == nullptr || run.ended_s > last->ended_s))
      last = &run;
  return last;
}

const RecordedRun* last_run(const RunRecord& record, std::string_view command) {
  const auto at = std::find_if(
      record.runs.begin(), record.runs.end(),
      [&](const RecordedRun& run) { return run.command == command; });
  return at == record.runs.end() ? nullptr : &*at;
}

std::string record_text(const RunRecord& record) {
  Json document;
  document["schema"] = kRecordSchema;
  document["store"] = record.identity;
  document["runs"] = Json::array();
  for (const RecordedRun& run : record.runs)
    document["runs"].push_back(to_json(run));
  return document.dump(2) + "\n";
}

RunRecord parse_record(const std::string& text, std::uint64_t identity,
                       const std::string& name) {
  RunRecord record;
  try {
    const Json document = Json::parse(text);
    if (document.at("schema").get<std::string>() != kRecordSchema)
      refuse_record(name, "is of another version");
    record.identity = document.at("store").get<std::uint64_t>();
    for (const Json& each : document.at("runs"))
      record.runs.push_back(run_from(each));
  } catch (const Json::exception&) {
    refuse_record(name, "is not one that dregs wrote, or was cut short");
  }
  if (record.identity != identity)
    refuse_record(name, "belongs to another registry");
  return record;
}

RunRecord load_record(const std::string& file, std::uint64_t identity) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return {identity, {}};
  return parse_record(read_file(file), identity, file);
}

}  // namespace dregs
