#include "gc/saved/in_use_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "gc/saved/user_file.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::int64_t kOldestList_ns = 24LL * 3600 * 1'000'000'000;

std::string read_stdin() {
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (std::cin.bad()) throw std::runtime_error("cannot read stdin");
  return text;
}

std::string shown_name(const std::string& file) {
  return file == "-" ? "stdin" : escaped(file);
}

bool is_old(const std::string& file, std::int64_t now_ns) {
  FileStatus status;
  return file != "-" && followed_status(AT_FDCWD, file.c_str(), status) == 0 &&
         status.regular() && status.modified_ns < now_ns - kOldestList_ns;
}

}  // namespace

InUseFiles read_in_use(const std::vector<std::string>& files,
                       std::int64_t now_ns) {
  if (std::count(files.begin(), files.end(), "-") > 1)
    throw std::runtime_error("--in-use - can be given once: stdin ends");
  InUseFiles read;
  for (const std::string& file : files) {
    const std::string name = shown_name(file);
    read.lists.push_back(
        parse_in_use(file == "-" ? read_stdin() : read_file(file), name));
    if (read.lists.back().references.empty())
      read.refusals.push_back(
          {fmt::format("{}: the list of what is in use is empty", name),
           "see why whoever writes it found nothing"});
    if (is_old(file, now_ns))
      read.refusals.push_back(
          {fmt::format("{}: the list of what is in use is older than a day",
                       name),
           "write it anew, or see why it is not written any more"});
  }
  return read;
}

std::vector<Refusal> foreign_lists(const std::vector<InUseList>& lists,
                                   const std::vector<std::size_t>& found) {
  std::vector<Refusal> refusals;
  for (std::size_t l = 0; l < lists.size(); ++l)
    if (found[l] == 0 && !lists[l].references.empty())
      refusals.push_back(
          {fmt::format("{}: the list of what is in use names {}, and none of "
                       "it is here, such as {}",
                       lists[l].name,
                       counted(lists[l].references.size(), "image", "images"),
                       escaped(lists[l].references.front().text)),
           "check that it is of what pulls from this registry"});
  return refusals;
}

}  // namespace dregs
