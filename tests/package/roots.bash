# shellcheck shell=bash disable=SC2034
# Clean Debian roots, and what runs in them. Sourced first by every story;
# tests/package_test makes the packages.

# shellcheck source=tests/e2e/stock.bash
. "${BASH_SOURCE[0]%/*}/../e2e/stock.bash"

debian=$work/debian
deb=$(echo "$PACKAGES"/dregs_*.deb)
tarball=$(echo "$PACKAGES"/dregs-*-linux-*.tar.gz)

# A registry, in $root, where something can be freed.
fill_registry() {
  start_registry env ""
  image base base
  stock_docker_images
  delete team/app 1.0
  delete_all_tags gone/app
  stop_registry
}

# No package starts anything before the root is booted.
make_debian() {
  mkdir "$debian"
  tar -C "$debian" -xf "$MINBASE"
  cp --remove-destination /etc/resolv.conf "$debian/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$debian/usr/sbin/policy-rc.d"
  chmod +x "$debian/usr/sbin/policy-rc.d"
  quietly inside apt-get update
}

# inside COMMAND...: in the root, with processes of its own
inside() { inside_of "$debian" "$@"; }

# inside_of FOLDER COMMAND...
inside_of() {
  local folder=$1
  shift
  mkdir -p "$folder/proc"
  unshare --mount --pid --fork --root="$folder" --wd=/ --mount-proc \
    /usr/bin/env -i "${environment[@]}" "$@" </dev/null
}

environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  LC_ALL=C DEBIAN_FRONTEND=noninteractive)
for variable in http_proxy https_proxy no_proxy; do
  [[ -z ${!variable-} ]] || environment+=("$variable=${!variable}")
done

# install_inside WHAT...: packages by name, or files of the root
install_inside() { quietly inside apt-get install -y "$@"; }

# Hundreds of lines that matter only when it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; return 1; }
}

# says FILE WORDS
says() { grep -qF -e "$2" "$1" || fail "no '$2' in: $(cat "$1")"; }
