#include "scanner/s3/delete_objects.h"

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <string_view>
#include <utility>

#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

using NameKey = std::pair<std::string_view, std::string_view>;

bool is_gone_code(const std::string& code) {
  return code == "NoSuchKey" || code == "NoSuchVersion";
}

// Some servers leave out the version that they removed.
bool names_it(const std::map<NameKey, bool>& removed, const ObjectName& name,
              bool only_one_of_its_key) {
  if (removed.contains({name.key, name.version_id})) return true;
  return only_one_of_its_key && removed.contains({name.key, ""});
}

}  // namespace

bool can_stand_in_xml(const std::string& key) {
  const auto is_odd = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (key.empty() || key.front() == ' ' || key.back() == ' ') return false;
  if (std::any_of(key.begin(), key.end(), is_odd)) return false;
  // U+FFFE and U+FFFF are no characters of XML.
  return utf8(key) == key && key.find("\xef\xbf\xbe") == std::string::npos &&
         key.find("\xef\xbf\xbf") == std::string::npos;
}

std::string delete_body(std::span<const ObjectName> names) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("Delete");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const ObjectName& name : names) {
    pugi::xml_node object = root.append_child("Object");
    object.append_child("Key").text() = name.key.c_str();
    if (!name.version_id.empty())
      object.append_child("VersionId").text() = name.version_id.c_str();
  }
  std::ostringstream body;
  document.save(body, "", pugi::format_raw, pugi::encoding_utf8);
  return std::move(body).str();
}

std::vector<NotRemoved> not_removed(std::span<const ObjectName> names,
                                    const DeleteAnswer& answer) {
  std::map<NameKey, bool> removed;
  std::map<NameKey, const NotRemoved*> failed;
  for (const ObjectName& name : answer.removed)
    removed.insert({{name.key, name.version_id}, true});
  for (const NotRemoved& failure : answer.failed) {
    const NameKey key{failure.name.key, failure.name.version_id};
    if (is_gone_code(failure.code))
      removed.insert({key, true});
    else
      failed[key] = &failure;
  }
  std::map<std::string_view, unsigned> asked;
  for (const ObjectName& name : names) ++asked[name.key];

  std::vector<NotRemoved> out;
  for (const ObjectName& name : names) {
    const bool only_one = asked[name.key] == 1;
    auto failure = failed.find({name.key, name.version_id});
    if (failure == failed.end() && !name.version_id.empty())
      failure = failed.find({name.key, ""});
    if (failure != failed.end())
      out.push_back({name, failure->second->code, failure->second->message});
    else if (!names_it(removed, name, only_one))
      out.push_back({name, "NotConfirmed",
                     "the server's answer does not say that it is gone"});
  }
  return out;
}

}  // namespace dregs
