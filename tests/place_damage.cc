#include "tests/place_damage.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void link_to(const fs::path& target, const DamagedPlace& place,
             const fs::path& at) {
  fs::create_symlink(
      place.how % 2 == 0 ? target : target.lexically_relative(at.parent_path()),
      at);
}

// --- Symbolic links.

void lead_out(const DamagedPlace& place) {
  const fs::path moved = place.free_name();
  fs::rename(place.at, moved);
  link_to(moved, place, place.at);
}

void lead_out_by_two_links(const DamagedPlace& place) {
  lead_out(place);
  const fs::path moved = fs::read_symlink(place.at);
  const fs::path second = place.free_name();
  fs::create_symlink(moved.is_absolute() ? moved : place.at, second);
  if (!moved.is_absolute()) return;
  fs::remove(place.at);
  link_to(second, place, place.at);
}

// Each file and folder in it is kept where it was, under another name, to which
// the folder outside leads back.
void lead_out_and_back(const DamagedPlace& place) {
  if (!place.is_folder()) return lead_out(place);
  const fs::path moved = place.free_name();
  const fs::path kept = place.at.string() + (place.how / 2 % 2 ? ".old" : "~");
  fs::create_directory(moved);
  fs::rename(place.at, kept);
  for (const auto& entry : fs::directory_iterator(kept))
    link_to(entry.path(), place, moved / entry.path().filename());
  link_to(moved, place, place.at);
}

void lead_astray(const DamagedPlace& place) {
  if (place.at == place.like) return;
  fs::remove_all(place.at);
  link_to(place.like, place, place.at);
}

void keep_at(const fs::path& other, const DamagedPlace& place) {
  if (place.at == other) return;
  fs::remove_all(other);
  fs::create_directories(other.parent_path());
  fs::rename(place.at, other);
  link_to(other, place, place.at);
}

// What is there is kept where another thing of the same sort was.
void keep_at_like(const DamagedPlace& place) { keep_at(place.like, place); }

bool is_hex(const fs::path& path) { return path.string().size() >= 64; }

// Under a digest that nothing needs: a collection would take it for garbage.
void keep_as_garbage(const DamagedPlace& place) {
  const std::string hex = sha256("garbage").hex();
  fs::path folder = place.at;
  fs::path rest;
  while (folder.has_relative_path() && !is_hex(folder.filename())) {
    rest = rest.empty() ? folder.filename() : folder.filename() / rest;
    folder = folder.parent_path();
  }
  if (!folder.has_relative_path()) return lead_out(place);
  fs::path garbage = folder.parent_path();
  if (garbage.filename().string().size() == 2)
    garbage = garbage.parent_path() / hex.substr(0, 2);
  keep_at(garbage / hex / rest, place);
}

// The same link, or folder of links, of another repository.
void keep_in_like_repository(const DamagedPlace& place) {
  const std::string at = place.at.string();
  const std::string like = place.like.string();
  const std::size_t from = at.find("/_");
  const std::size_t to = like.find("/_");
  if (from == std::string::npos || to == std::string::npos) return;
  keep_at(like.substr(0, to) + at.substr(from), place);
}

void add_loop(const DamagedPlace& place) {
  if (!place.is_folder()) return;
  const fs::path target =
      place.how / 2 % 2 ? place.at.parent_path() : place.at / "nowhere";
  link_to(target, place, place.at / (place.how / 4 % 2 ? "loop" : "_loop"));
}

// --- Mounts.

void mount_or_throw(const char* source, const fs::path& at, const char* type,
                    unsigned long flags) {
  if (mount(source, at.c_str(), type, flags, nullptr) != 0)
    throw std::system_error(errno, std::generic_category(), at.string());
}

void bind(const fs::path& source, const fs::path& at) {
  mount_or_throw(source.c_str(), at, nullptr, MS_BIND);
}

void make_mount_point(const DamagedPlace& place, bool folder) {
  if (folder)
    fs::create_directory(place.at);
  else
    write_file(place.at, "");
}

void mount_from_outside(const DamagedPlace& place) {
  if (!place.may_mount || !(place.is_folder() || place.is_file())) return;
  const bool folder = place.is_folder();
  const fs::path moved = place.free_name();
  fs::rename(place.at, moved);
  make_mount_point(place, folder);
  bind(moved, place.at);
}

void mount_like_over(const DamagedPlace& place) {
  if (place.may_mount && place.at != place.like) bind(place.like, place.at);
}

void mount_itself(const DamagedPlace& place) {
  if (place.may_mount) bind(place.at, place.at);
}

void mount_another_disk(const DamagedPlace& place) {
  if (!place.may_mount || !place.is_folder()) return;
  const fs::path moved = place.free_name();
  fs::rename(place.at, moved);
  make_mount_point(place, true);
  mount_or_throw("none", place.at, "tmpfs", 0);
  const auto options =
      fs::copy_options::recursive | fs::copy_options::copy_symlinks;
  fs::copy(moved, place.at, options);
  fs::remove_all(moved);
}

// --- Hard links.

void link_files_hard(const DamagedPlace& place) {
  if (!place.is_file() || place.at == place.like) return;
  fs::remove(place.at);
  fs::create_hard_link(place.like, place.at);
}

// As cp -al does, for a snapshot.
void copy_by_hard_links(const fs::path& from, const fs::path& to) {
  if (fs::is_directory(fs::symlink_status(from)))
    fs::copy(from, to,
             fs::copy_options::recursive | fs::copy_options::create_hard_links |
                 fs::copy_options::copy_symlinks);
  else
    fs::create_hard_link(from, to);
}

void keep_snapshot(const DamagedPlace& place) {
  copy_by_hard_links(place.at, place.how % 2
                                   ? place.free_name()
                                   : fs::path(place.at.string() + "@snap"));
}

// --- Contents.

void remove_it(const DamagedPlace& place) { fs::remove_all(place.at); }

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_wrong_bytes(const DamagedPlace& place) {
  if (!place.is_file()) return;
  const std::string bytes = bytes_of(place.at);
  const std::string wrong[] = {"",
                               bytes.substr(0, bytes.size() / 2),
                               bytes + "\n",
                               bytes_of(place.like),
                               "sha256:" + std::string(64, '0'),
                               "md5:00",
                               " " + bytes,
                               std::string(bytes.size(), '\0')};
  write_file(place.at, wrong[place.how % std::size(wrong)]);
}

void change_sort(const DamagedPlace& place) {
  const bool was_folder = place.is_folder();
  fs::remove_all(place.at);
  if (was_folder)
    write_file(place.at, "a file");
  else
    fs::create_directories(place.at / (place.how % 2 ? "link" : "data"));
}

constexpr std::array kLitter{
    "@eaDir",     ".DS_Store", "._data",   "lost+found", ".nfs000000001",
    ".stfolder",  "link~",     "_x",       "_layers",    "data",
    "link",       "Thumbs.db", "a\nb",     "\xff\xfe",   ".snapshot",
    "_manifests", "..data",    "link.tmp", "sha256",     "current",
    "tags",       "_uploads",  "0",        ".@__thumb"};

void add_litter(const DamagedPlace& place) {
  const fs::path folder = place.is_folder() ? place.at : place.at.parent_path();
  const fs::path litter = folder / kLitter[place.how / 2 % kLitter.size()];
  if (fs::exists(fs::symlink_status(litter))) return;
  if (place.how % 2) {
    fs::create_directory(litter);
    write_file(litter / "data", "litter");
  } else {
    write_file(litter, "litter");
  }
}

void set_times(const fs::path& path, long seconds_from_now) {
  const timespec now{time(nullptr) + seconds_from_now, 0};
  const timespec times[] = {now, now};
  utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

void set_odd_times(const DamagedPlace& place) {
  constexpr long kSpans[] = {-20L * 365 * 86400, -86400, 3600,
                             300L * 365 * 86400};
  set_times(place.at, kSpans[place.how % std::size(kSpans)]);
}

void leave_temporary_file(const DamagedPlace& place) {
  const fs::path temporary = place.at.string() +
                             ".0192d1c4-7a3e-7c11-9b52-5f0c8a6d3e2" +
                             std::to_string(place.how % 10) + ".tmp";
  write_file(temporary, place.is_file() ? bytes_of(place.at) : "");
  if (place.how / 10 % 2) set_times(temporary, -86400L * 30);
}

void copy_under_odd_name(const DamagedPlace& place) {
  constexpr const char* kNames[] = {" copy", ".bak", "_", "-2", "Old"};
  fs::path copy = place.at;
  copy += kNames[place.how / 2 % std::size(kNames)];
  if (place.how % 2)
    copy = place.at.parent_path() / ("_" + place.at.filename().string());
  fs::copy(place.at, copy,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
}

void swap_with_like(const DamagedPlace& place) {
  if (place.at == place.like) return;
  const fs::path aside = place.free_name();
  fs::rename(place.at, aside);
  fs::rename(place.like, place.at);
  fs::rename(aside, place.like);
}

// Root reads it all the same: this hurts where dregs runs as somebody else.
void take_permissions(const DamagedPlace& place) {
  if (fs::is_symlink(fs::symlink_status(place.at))) return;
  constexpr unsigned kModes[] = {0, 0444, 0111, 0555};
  fs::permissions(place.at, fs::perms(kModes[place.how % std::size(kModes)]));
}

// Left out: FIFOs. The server waits for a writer, for ever, at each question
// that comes by one; hostile_trees_test has them.
constexpr PlaceDamage kDamages[] = {
    {"lead out", lead_out},
    {"lead out by two links", lead_out_by_two_links},
    {"lead out and back", lead_out_and_back},
    {"lead astray", lead_astray},
    {"keep at like", keep_at_like},
    {"keep as garbage", keep_as_garbage},
    {"keep in like repository", keep_in_like_repository},
    {"add a loop", add_loop},
    {"mount from outside", mount_from_outside},
    {"mount like over", mount_like_over},
    {"mount itself", mount_itself},
    {"mount another disk", mount_another_disk},
    {"link hard to like", link_files_hard},
    {"keep a snapshot", keep_snapshot},
    {"remove", remove_it},
    {"write wrong bytes", write_wrong_bytes},
    {"change sort", change_sort},
    {"add litter", add_litter},
    {"set odd times", set_odd_times},
    {"leave a temporary file", leave_temporary_file},
    {"copy under odd name", copy_under_odd_name},
    {"swap with like", swap_with_like},
    {"take permissions", take_permissions},
};

}  // namespace

std::span<const PlaceDamage> place_damages() { return kDamages; }

}  // namespace dregs
