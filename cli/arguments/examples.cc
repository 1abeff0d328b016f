#include "cli/arguments/examples.h"

#include <algorithm>
#include <array>

namespace dregs {
namespace {

struct Examples {
  std::string_view command;
  std::string_view first;
  std::string_view second;
};

constexpr std::array kExamples = {
    Examples{"", "dregs gc --dry-run --config /etc/docker/registry/config.yml",
             "dregs du --html usage.html"},
    Examples{"gc", "dregs gc --dry-run --list",
             "dregs gc --delete-untagged --max-delete 30 --trash"},
    Examples{"apply", "dregs apply --dry-run plan.json",
             "dregs apply plan.json --deadline 06:00"},
    Examples{"ls", "dregs ls 'team/*' --sort size",
             "dregs ls app --older-than 90d"},
    Examples{"pulls",
             "dregs pulls --state pulls.json /var/log/nginx/access.log*",
             "dregs ls app --pulls pulls.json --sort pulled"},
    Examples{"rollback", "dregs ls app --history",
             "dregs rollback --dry-run app:stable@sha256:$HEX"},
    Examples{"inspect", "dregs inspect app:v1",
             "dregs inspect app@sha256:$HEX --json"},
    Examples{"why", "dregs why 4f53cda18c2b", "dregs why app:v1"},
    Examples{"du", "dregs du --tags app", "dregs du --html usage.html"},
    Examples{"verify",
             "dregs verify --state /var/lib/dregs/verified --since 30d",
             "dregs verify 'team/*' --quarantine"},
    Examples{"status", "dregs status",
             "dregs status --record /var/lib/dregs/record.json --json"},
    Examples{"rm", "dregs rm 'app:pr-*' --gc --dry-run",
             "dregs rm --recursive team/old --gc --trash"},
    Examples{"retain",
             "dregs retain 'team/**' --keep-last 10 --keep-within 30d -n",
             "dregs retain --policy retention.yml --in-use running.json --gc"},
    Examples{"cache", "dregs cache --max-size 200G --dry-run",
             "dregs cache --older-than 30d --pulls /var/lib/dregs/pulls"},
    Examples{"diff", "dregs diff /srv/registry /mnt/replica",
             "dregs diff /srv/registry saved.json 'team/*'"},
    Examples{"export", "dregs export app:v1 'team/*' --to /mnt/usb/images",
             "dregs export 'app:v2.*' --to new --unless-in old"},
    Examples{"import", "dregs import --dry-run /mnt/usb/images",
             "dregs import /mnt/usb/images team/app"},
    Examples{"trash", "dregs trash ls", "dregs trash empty --older-than 7d"},
    Examples{"trash ls", "dregs trash ls", "dregs trash ls --json"},
    Examples{"trash restore", "dregs trash restore latest", "dregs trash ls"},
    Examples{"trash empty", "dregs trash empty --older-than 7d",
             "dregs trash empty latest"},
    Examples{"garbage-collect",
             "dregs garbage-collect --dry-run /etc/docker/registry/config.yml",
             "dregs garbage-collect -m /etc/docker/registry/config.yml"},
    Examples{"completions", "source <(dregs completions bash)",
             "dregs completions fish >~/.config/fish/completions/dregs.fish"},
};

}  // namespace

std::vector<std::string> examples_of(std::string_view command) {
  const auto* const at = std::find_if(
      kExamples.begin(), kExamples.end(),
      [&](const Examples& each) { return each.command == command; });
  if (at == kExamples.end()) return {};
  return {std::string(at->first), std::string(at->second)};
}

}  // namespace dregs
