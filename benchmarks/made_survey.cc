#include "benchmarks/made_survey.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "benchmarks/pushes.h"
#include "benchmarks/store_writer.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/disk_reader.h"

namespace dregs {
namespace {

std::filesystem::path new_folder() {
  std::string path =
      (std::filesystem::temp_directory_path() / "dregs-inner-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), path);
  return path;
}

void fill(const std::string& root) {
  const Shape shape{.repositories = 10, .tags = 100};
  const StoreWriter store(root);
  const Pushes pushes(shape, store);
  for (std::uint32_t n = 0; n < pushes.base_images(); ++n)
    pushes.push_base_image(n);
  for (std::uint32_t r = 0; r < shape.repositories; ++r) {
    const RepositoryWriter writer = pushes.open_repository(r);
    pushes.begin_repository(writer, r);
    for (std::uint32_t step = 0; step < pushes.steps_per_repository(); ++step)
      pushes.step(writer, r, step);
  }
}

}  // namespace

MadeSurvey::MadeSurvey() : root_(new_folder()) {
  fill(root_);
  const std::string path = root_ / "docker/registry/v2";
  v2_ = Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const StopRequest stop;
  SurveyProgress progress;
  survey_ = take_survey(v2_.get(), false, stop, progress);
  for (const Repository& repository : survey_.inventory.repositories)
    for (const Digest& digest : repository.revisions)
      manifests_.push_back(DiskReader(v2_.get())
                               .read_blob(digest, kLargestServedManifest)
                               .bytes);
}

MadeSurvey::~MadeSurvey() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

const MadeSurvey& MadeSurvey::the() {
  static const MadeSurvey survey;
  return survey;
}

}  // namespace dregs
