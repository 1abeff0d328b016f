// The only spelling of registry paths, relative to the docker/registry/v2
// folder (format.md#1.1):
//
//   blobs/sha256/<hex[0:2]>/<hex>/data                               P1
//   repositories/<name>/
//     _layers/<alg>/<hex>/link                                       P2
//     _manifests/revisions/<alg>/<hex>/link                          P3
//     _manifests/revisions/<alg>/<hex>/signatures/<alg>/<hex>/link   P4
//     _manifests/tags/<tag>/current/link                             P5
//     _manifests/tags/<tag>/index/<alg>/<hex>/link                   P6
//     _uploads/<id>/{startedat,data,hashstates/<alg>/<offset>}       P7-P9
//   <any small file>.<uuid>.tmp                                      P11
//
// Pure functions of names; names are bytes, not text.
#pragma once

#include <string>
#include <string_view>

#include "scanner/formats/digest.h"

namespace dregs::layout {

inline constexpr std::string_view kInsideRoot = "docker/registry/v2";
inline constexpr std::string_view kBlobs = "blobs";
inline constexpr std::string_view kRepositories = "repositories";
inline constexpr std::string_view kManifests = "_manifests";
inline constexpr std::string_view kLayers = "_layers";
inline constexpr std::string_view kUploads = "_uploads";

// Folders; none ends in a slash.
std::string blob_prefix(std::string_view two_hex_digits);
std::string blob(const Digest& digest);
std::string repository(std::string_view name);
std::string revisions(std::string_view name);
std::string revision(std::string_view name, const Digest& digest);
std::string tags(std::string_view name);
std::string tag(std::string_view name, std::string_view tag);
std::string history(std::string_view name, std::string_view tag);
std::string history_entry(std::string_view name, std::string_view tag,
                          const Digest& digest);
std::string layers(std::string_view name);
std::string layer(std::string_view name, const Digest& digest);
std::string uploads(std::string_view name);
std::string upload(std::string_view name, std::string_view id);

// "sha512:<hex>" or "tarsum.v1+sha256:<hex>" as a folder below _layers:
// '+', '.' and ';' of an algorithm become '/'.
std::string layer_alias(std::string_view name, std::string_view digest_text);

// Files.
std::string blob_data(const Digest& digest);
// Of what is stored under another algorithm: "sha512:<hex>".
std::string other_blob_data(std::string_view digest_text);
std::string link_in(std::string folder);
std::string current_link(std::string_view name, std::string_view tag);

// The folder above, "" for a name without a slash.
std::string_view parent(std::string_view path);
std::string_view last_component(std::string_view path);

// These functions say whether a server accepts a name (format.md#3.1). A name
// is legal here where 2.x or 3.x accepts it, so more is legal than in any
// single version.
bool is_legal_repository_name(std::string_view name);
bool is_legal_tag(std::string_view tag);
bool is_uuid(std::string_view text);
// Whether a folder of this name makes the one that it lies in a repository.
bool is_part(std::string_view name);

// "<base>.<uuid>.tmp" exactly, where base is a small file of the server:
// link, data, startedat, or a hash state's offset.
bool is_temporary_name(std::string_view name);

}  // namespace dregs::layout
