#include "scanner/s3/remove_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "scanner/formats/escaped.h"
#include "scanner/requests/answers.h"
#include "scanner/requests/s3_errors.h"
#include "scanner/s3/delete_objects.h"

namespace dregs {
namespace {

const char* permission_to_remove(const ObjectName& name) {
  return name.version_id.empty() ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
}

std::vector<NotRemoved> all_of(std::span<const ObjectName> names,
                               const StorageError& error) {
  std::vector<NotRemoved> out;
  for (const ObjectName& name : names)
    out.push_back({name, error.code(), error.what()});
  return out;
}

void append(std::vector<NotRemoved>& to, std::vector<NotRemoved> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

bool knows_no_delete_of_many(const StorageError& error) {
  return error.status() == 501 || error.status() == 405 ||
         error.code() == "NotImplemented" || error.code() == "MethodNotAllowed";
}

// The keys whose removal may pass when it is asked for again.
std::vector<ObjectName> take_passing(std::vector<NotRemoved>& failed) {
  const auto passing = std::stable_partition(
      failed.begin(), failed.end(),
      [](const NotRemoved& name) { return !may_pass(0, name.code); });
  std::vector<ObjectName> names;
  for (auto at = passing; at != failed.end(); ++at) names.push_back(at->name);
  failed.erase(passing, failed.end());
  return names;
}

// A key's own error, as the sentence that a whole request's would be.
void explain(const BucketAddress& address, NotRemoved& failed) {
  if (failed.code == "NotConfirmed") return;
  FailedRequest request{address, failed.name.key,
                        permission_to_remove(failed.name)};
  request.status = 200;
  request.error = {failed.code, failed.message, "", ""};
  failed.message = error_of(request).what();
}

std::vector<NotRemoved> ask_to_remove(S3Client& client,
                                      std::span<const ObjectName> names) {
  S3Request request;
  request.kind = RequestKind::remove;
  request.permission = permission_to_remove(names.front());
  request.method = "POST";
  request.query = {{"delete", ""}};
  request.body = delete_body(names);
  request.headers = {{"content-md5", md5_base64(request.body)}};
  std::vector<NotRemoved> failed =
      client.ask_xml(request, [&](const S3Answer& answer) {
        return not_removed(names, read_delete_answer(answer.http.body));
      });
  const BucketAddress address = client.address();
  for (NotRemoved& name : failed) explain(address, name);
  return failed;
}

std::optional<NotRemoved> remove_alone(S3Client& client,
                                       const ObjectName& name) try {
  // Without a key it would be the bucket that is removed.
  if (name.key.empty()) return NotRemoved{name, "EmptyKey", "no key is named"};
  S3Request request;
  request.kind = RequestKind::remove;
  request.permission = permission_to_remove(name);
  request.method = "DELETE";
  request.key = name.key;
  request.may_be_missing = true;
  if (!name.version_id.empty())
    request.query = {{"versionId", name.version_id}};
  client.ask(request);
  return std::nullopt;
} catch (const StorageError& error) {
  return NotRemoved{name, error.code(), error.what()};
}

}  // namespace

std::vector<NotRemoved> ObjectRemover::remove(
    std::span<const ObjectName> names) {
  std::vector<NotRemoved> failed;
  std::vector<ObjectName> together;
  for (const ObjectName& name : names) {
    if (can_stand_in_xml(name.key))
      together.push_back(name);
    else if (auto left = remove_alone(client_, name))
      failed.push_back(*std::move(left));
  }
  const std::size_t most = std::clamp<std::size_t>(keys_per_delete_, 1, 1000);
  for (std::size_t at = 0; at < together.size(); at += most)
    append(failed,
           remove_together(std::span<const ObjectName>(together).subspan(
               at, std::min(most, together.size() - at))));
  return failed;
}

std::vector<NotRemoved> ObjectRemover::remove_together(
    std::span<const ObjectName> names) {
  std::vector<NotRemoved> failed;
  std::vector<ObjectName> left(names.begin(), names.end());
  try {
    for (unsigned tries = 1; takes_many_ && !left.empty(); ++tries) {
      std::vector<NotRemoved> round = ask_to_remove(client_, left);
      left.clear();
      if (tries < client_.tries()) left = take_passing(round);
      append(failed, std::move(round));
      if (!left.empty()) client_.pause(tries, "");
    }
  } catch (const StorageError& error) {
    if (!knows_no_delete_of_many(error)) {
      append(failed, all_of(left, error));
      return failed;
    }
    takes_many_ = false;
  }
  for (const ObjectName& name : left)
    if (auto still_there = remove_alone(client_, name))
      failed.push_back(*std::move(still_there));
  return failed;
}

}  // namespace dregs
