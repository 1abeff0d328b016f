// Listings of the S3 server in memory, page by page, and the XML of its
// answers.
#pragma once

#include <string>

#include "s3_answering.h"

namespace dregs {

std::string xml_element(const char* name, const std::string& text);
ServedAnswer xml_answer(const std::string& root, const std::string& inside);

ServedAnswer list_keys(const S3Bucket& bucket, const S3ServerSettings& settings,
                       const AskedOfBucket& asked);
ServedAnswer list_all_versions(const S3Bucket& bucket,
                               const S3ServerSettings& settings,
                               const AskedOfBucket& asked);
ServedAnswer list_pending(const S3Bucket& bucket,
                          const S3ServerSettings& settings,
                          const AskedOfBucket& asked);
ServedAnswer list_parts(const S3Bucket& bucket,
                        const S3ServerSettings& settings,
                        const AskedOfBucket& asked);

}  // namespace dregs
