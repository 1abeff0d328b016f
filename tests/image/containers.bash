# shellcheck shell=bash
# A real registry in a container, and dregs in another that gets its volumes.
# Sourced first by every story; tests/image_test makes the images.

# shellcheck source=tests/e2e/stock.bash
. "${BASH_SOURCE[0]%/*}/../e2e/stock.bash"
# shellcheck source=tests/image/engine.bash
. "${BASH_SOURCE[0]%/*}/engine.bash"

trap 'code=$?; remove_registry "$code"; clean_up "$code"' EXIT

options=()  # what `docker run` gets beside --rm and --volumes-from

# create_registry [OPTION...]: with what every registry that is collected has
create_registry() {
  choose_port
  podman create --name registry "${limits[@]}" \
    --env "REGISTRY_HTTP_ADDR=$registry" \
    --env REGISTRY_STORAGE_DELETE_ENABLED=true "$@" registry >/dev/null
}

choose_port() {
  for _ in {1..50}; do
    registry=127.0.0.1:$((5940 + RANDOM % 10))
    is_listening || return 0
  done
  fail "no free port"
}

start_container() {
  podman start registry >/dev/null
  server=$(podman inspect --format '{{.State.Pid}}' registry)
  await_registry || fail "the registry does not answer"
  server=""  # nobody but podman stops it
}

stop_container() { podman stop --time 10 registry >/dev/null; }

remove_registry() {
  (($1 == 0)) || podman logs registry >"$work/server.log" 2>&1 || true
  podman rm --force --volumes --ignore registry >/dev/null
}

# The folder on this machine that a container's folder is.
volume() {
  podman inspect registry | jq -er --arg folder "$1" \
    '.[0].Mounts[] | select(.Destination == $folder).Source'
}

# The README's command.
dregs() {
  podman run --rm "${limits[@]}" --volumes-from registry "${options[@]}" \
    dregs "$@"
}

# The signed and the multi-arch images are left to tests/e2e: to them it is all
# the same what dregs runs in.
fill_registry() {
  start_container
  image base base
  stock_docker_images
  stock_oci_images
  use_registry
  pull_all >"$work/before"
  stop_container
}

# says FILE LINE: one of the lines is that
says() { grep -qFx "$2" "$1" || fail "no '$2' in: $(cat "$1")"; }

# Without a command dregs only looks. Then it collects, and what is left is
# whole: all of it pulls, and what went can be pushed again.
look_collect_and_pull() {
  disk >"$work/untouched"
  expect 0 dregs >"$work/look"
  same "the files before and after a look" "$work/untouched" <(disk)

  expect 0 dregs gc >"$work/report"
  (($(stored_blobs | wc -l) < $(grep -c '/data f ' "$work/untouched"))) ||
    fail "nothing went: $(cat "$work/report")"

  start_container
  pull_all >"$work/after"
  same "the images pulled" "$work/before" "$work/after"
  push app-1.0 team/app:1.0 --format v2s2
  pull team/app 1.0 >/dev/null
  stop_container
}
