#include "scanner/s3/put_object.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "scanner/s3/multipart_upload.h"

namespace dregs {
namespace {

// 404: the object that had the ETag is gone.
bool is_unmet_condition(const StorageError& error) {
  return error.status() == 412 || error.status() == 409 ||
         error.code() == "NoSuchKey";
}

class S3NewObject final : public NewObject {
 public:
  S3NewObject(S3Client& client, NewObjectSettings settings,
              const std::string& key)
      : client_(client),
        settings_(std::move(settings)),
        key_(key),
        upload_(client, key, "s3:PutObject") {}
  ~S3NewObject() override {
    if (!done_) upload_.give_up();
  }
  S3NewObject(const S3NewObject&) = delete;
  S3NewObject& operator=(const S3NewObject&) = delete;

  void add(std::string_view bytes) override {
    while (!bytes.empty()) {
      // The last part comes with put_over(): an object of one part is put
      // whole.
      if (part_.size() == settings_.part) send_part();
      const std::size_t some =
          std::min(bytes.size(), settings_.part - part_.size());
      part_.append(bytes.substr(0, some));
      bytes.remove_prefix(some);
    }
  }

  bool put_over(const std::string& etag) override {
    if (upload_.begun()) send_part();
    done_ = put_unless_changed(
        etag, [this](const std::optional<HeaderField>& only) { put(only); });
    return done_;
  }

 private:
  void put(const std::optional<HeaderField>& only) {
    if (upload_.begun()) return upload_.complete(sent_, only);
    std::vector<HeaderField> headers = settings_.headers;
    if (only) headers.push_back(*only);
    put_object(client_, headers, key_, part_);
  }

  void send_part() {
    if (!upload_.begun()) upload_.begin(settings_.headers);
    S3Request part = upload_.next_part();
    part.headers = {{"content-md5", md5_base64(part_)}};
    part.body = part_;
    const HttpAnswer answer = client_.ask(part).http;
    const auto etag = answer.headers.find("etag");
    if (etag == answer.headers.end())
      throw StorageError("ETag", answer.status,
                         shown_as(client_.address(), key_) +
                             ": the server's answer to a part has no ETag");
    std::string name = etag->second;
    std::erase(name, '"');
    upload_.took(std::move(name));
    sent_ += part_.size();
    part_.clear();
  }

  S3Client& client_;
  const NewObjectSettings settings_;
  const std::string key_;
  MultipartUpload upload_;
  std::string part_;  // that is not sent yet
  std::uint64_t sent_ = 0;
  bool done_ = false;
};

}  // namespace

void put_object(S3Client& client, const std::vector<HeaderField>& headers,
                const std::string& key, const std::string& bytes) {
  S3Request request;
  request.kind = RequestKind::put;
  request.permission = "s3:PutObject";
  request.method = "PUT";
  request.key = key;
  request.headers = headers;
  request.headers.push_back({"content-md5", md5_base64(bytes)});
  request.body = bytes;
  client.ask(request);
}

bool put_unless_changed(
    const std::string& etag,
    const std::function<void(const std::optional<HeaderField>&)>& put) {
  const auto put_if = [&](const HeaderField& condition) {
    try {
      put(condition);
      return true;
    } catch (const StorageError& error) {
      if (is_unmet_condition(error)) return false;
      if (error.status() != 501) throw;
    }
    put(std::nullopt);
    return true;
  };
  if (etag.empty()) return put_if({"if-none-match", "*"});
  // radosgw compares the quotes too, and other servers demand them.
  return put_if({"if-match", "\"" + etag + "\""}) || put_if({"if-match", etag});
}

std::unique_ptr<NewObject> create_object(S3Client& client,
                                         NewObjectSettings settings,
                                         const std::string& key) {
  return std::make_unique<S3NewObject>(client, std::move(settings), key);
}

}  // namespace dregs
