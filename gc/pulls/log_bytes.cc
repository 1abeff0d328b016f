#include "gc/pulls/log_bytes.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {
namespace {

constexpr std::size_t kLogChunk = 256 * 1024;

// Reads the file, one buffer at a time.
class LogInput {
 public:
  explicit LogInput(int file) : file_(file), buffer_(kLogChunk) {}

  // Returns nothing only at the end of the file, and where it cannot be read.
  std::string_view peek() {
    if (begin_ == end_) fill(0);
    return {buffer_.data() + begin_, end_ - begin_};
  }
  // Returns at least so many bytes, if the file has them.
  std::string_view peek(std::size_t least) {
    while (end_ - begin_ < least && fill(end_ - begin_)) {
    }
    return {buffer_.data() + begin_, end_ - begin_};
  }
  void take(std::size_t count) { begin_ += count; }
  int error() const { return error_; }

 private:
  // Keeps `kept` bytes that were not taken. Returns false where nothing came.
  bool fill(std::size_t kept) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, kept);
    begin_ = 0;
    end_ = kept;
    ssize_t got = 0;
    do {
      got = ::read(file_, buffer_.data() + kept, buffer_.size() - kept);
    } while (got < 0 && errno == EINTR);
    if (got < 0) error_ = errno;
    if (got <= 0) return false;
    end_ += static_cast<std::size_t>(got);
    return true;
  }

  int file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  int error_ = 0;
};

class PlainBytes : public LogBytes {
 public:
  explicit PlainBytes(LogInput input) : input_(std::move(input)) {}

  std::size_t read(std::span<char> into) override {
    const std::string_view some = input_.peek();
    if (some.empty())
      return finish(
          input_.error() != 0 ? LogBytesEnd::failed : LogBytesEnd::whole,
          input_.error());
    const std::size_t count = std::min(into.size(), some.size());
    std::memcpy(into.data(), some.data(), count);
    input_.take(count);
    return count;
  }

 private:
  LogInput input_;
};

class GzipBytes : public LogBytes {
 public:
  explicit GzipBytes(LogInput input) : input_(std::move(input)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (::inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipBytes() override { ::inflateEnd(&stream_); }

  std::size_t read(std::span<char> into) override {
    while (end() == LogBytesEnd::none) {
      const std::string_view some = input_.peek();
      if (some.empty()) return finish_at_end();
      if (between_members_ && !is_gzip(some)) {
        // Some programs pad the last member with zeros.
        return finish(some.find_first_not_of('\0') == std::string_view::npos
                          ? LogBytesEnd::whole
                          : LogBytesEnd::damaged);
      }
      between_members_ = false;
      if (const std::size_t got = inflate_some(some, into)) return got;
    }
    return 0;
  }

 private:
  static bool is_gzip(std::string_view bytes) {
    return bytes.front() == '\x1f';
  }

  std::size_t finish_at_end() {
    if (input_.error() != 0) return finish(LogBytesEnd::failed, input_.error());
    return finish(between_members_ ? LogBytesEnd::whole
                                   : LogBytesEnd::cut_short);
  }

  std::size_t inflate_some(std::string_view some, std::span<char> into) {
    // zlib does not write to its input, but its type is not const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(some.data()));
    stream_.avail_in = static_cast<uInt>(some.size());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    input_.take(some.size() - stream_.avail_in);
    const std::size_t got = into.size() - stream_.avail_out;
    if (code == Z_STREAM_END) {
      between_members_ = true;
      ::inflateReset(&stream_);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      finish(LogBytesEnd::damaged);
    }
    return got;
  }

  LogInput input_;
  z_stream stream_{};
  bool between_members_ = true;
};

class ZstdBytes : public LogBytes {
 public:
  explicit ZstdBytes(LogInput input)
      : input_(std::move(input)), stream_(::ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdBytes() override { ::ZSTD_freeDStream(stream_); }

  std::size_t read(std::span<char> into) override {
    while (end() == LogBytesEnd::none) {
      const std::string_view some = input_.peek();
      ZSTD_inBuffer in{some.data(), some.size(), 0};
      ZSTD_outBuffer out{into.data(), into.size(), 0};
      if (some.empty() && !pending_) return finish_at_end();
      const std::size_t left = ::ZSTD_decompressStream(stream_, &out, &in);
      input_.take(in.pos);
      if (::ZSTD_isError(left) != 0) return finish(LogBytesEnd::damaged);
      between_frames_ = left == 0;
      pending_ = out.pos == out.size;
      if (out.pos > 0) return out.pos;
      if (some.empty()) return finish_at_end();
    }
    return 0;
  }

 private:
  std::size_t finish_at_end() {
    if (input_.error() != 0) return finish(LogBytesEnd::failed, input_.error());
    return finish(between_frames_ ? LogBytesEnd::whole
                                  : LogBytesEnd::cut_short);
  }

  LogInput input_;
  ZSTD_DStream* stream_;
  bool between_frames_ = true;
  bool pending_ = false;  // it may have more to give without more to take
};

}  // namespace

std::unique_ptr<LogBytes> open_log_bytes(int file) {
  constexpr std::string_view kGzip = "\x1f\x8b";
  constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
  LogInput input(file);
  const std::string_view head = input.peek(kZstd.size());
  if (head.starts_with(kGzip))
    return std::make_unique<GzipBytes>(std::move(input));
  if (head.starts_with(kZstd))
    return std::make_unique<ZstdBytes>(std::move(input));
  return std::make_unique<PlainBytes>(std::move(input));
}

}  // namespace dregs
