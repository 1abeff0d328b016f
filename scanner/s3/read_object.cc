#include "scanner/s3/read_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

// Where in the object an answer of status 206 begins: "bytes 100-199/200".
std::optional<std::uint64_t> begin_of(const std::string& range) {
  constexpr std::string_view kUnit = "bytes ";
  std::uint64_t begin = 0;
  if (!range.starts_with(kUnit)) return std::nullopt;
  const auto [end, error] = std::from_chars(range.data() + kUnit.size(),
                                            range.data() + range.size(), begin);
  if (error != std::errc{} || end == range.data() + range.size() || *end != '-')
    return std::nullopt;
  return begin;
}

class ObjectReading {
 public:
  ObjectReading(S3Client& client, const std::string& key,
                const std::function<void(std::string_view)>& part)
      : client_(client), key_(key), part_(part) {}

  bool run() {
    S3Request request;
    request.permission = "s3:GetObject";
    request.key = key_;
    request.may_be_missing = true;
    request.resume = [this] { return begin_try(); };
    request.sink = [this](const HttpAnswer& answer, std::string_view bytes) {
      take(answer, bytes);
    };
    if (!client_.ask(request).missing) return true;
    if (handed_over_ != 0) changed();
    return false;
  }

 private:
  std::vector<HeaderField> begin_try() {
    at_.reset();
    if (handed_over_ == 0) return {};
    std::vector<HeaderField> headers = {
        {"range", fmt::format("bytes={}-", handed_over_)}};
    if (!etag_.empty()) headers.push_back({"if-match", etag_});
    return headers;
  }

  // At a try's first bytes: which object is it, and where in it do they belong?
  void locate(const HttpAnswer& answer) {
    const std::string etag = answer.header("etag");
    if (handed_over_ == 0) etag_ = etag;
    if (etag != etag_ || (etag.empty() && handed_over_ != 0)) changed();
    at_ = answer.status == 206 ? begin_of(answer.header("content-range"))
                               : std::optional<std::uint64_t>(0);
    // A server may begin earlier than asked, never later.
    if (!at_ || *at_ > handed_over_)
      throw StorageError("Range", answer.status,
                         shown_as(client_.address(), key_) +
                             ": the server answers another range than asked");
  }

  void take(const HttpAnswer& answer, std::string_view bytes) {
    if (!at_) locate(answer);
    const std::uint64_t known =
        std::min<std::uint64_t>(handed_over_ - *at_, bytes.size());
    *at_ += bytes.size();
    bytes.remove_prefix(known);
    if (bytes.empty()) return;
    part_(bytes);
    handed_over_ += bytes.size();
  }

  [[noreturn]] void changed() const {
    throw StorageError("Changed", 0,
                       shown_as(client_.address(), key_) +
                           ": the object changed while it was read; try again");
  }

  S3Client& client_;
  const std::string& key_;
  const std::function<void(std::string_view)>& part_;
  std::string etag_;                 // with its quotes
  std::uint64_t handed_over_ = 0;    // bytes
  std::optional<std::uint64_t> at_;  // where this try is in the object
};

}  // namespace

bool read_object(S3Client& client, const std::string& key,
                 const std::function<void(std::string_view)>& part) {
  return ObjectReading(client, key, part).run();
}

}  // namespace dregs
