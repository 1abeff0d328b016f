# shellcheck shell=bash
# A real registry server for one test, and what its users do to it over HTTP.
# Sourced first by every test. Everything lives in a folder of its own that
# goes, with the server, when the test ends however it ends.
set -Eeuo pipefail
shopt -s inherit_errexit
export LC_ALL=C

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
DREGS=${DREGS:-$(readlink -m "$here/../../build/dev/dregs")}
work=$(mktemp -d "${TMPDIR:-/tmp}/dregs-e2e.XXXXXX")
root=$work/registry  # what the server calls its rootdirectory
server=""            # the server's process id while it runs
registry=""          # HOST:PORT of the server that was started last
where=()             # how the operator tells dregs about the root

trap 'clean_up $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'report_failure "$LINENO" "$BASH_COMMAND"' ERR

report_failure() {
  echo "${BASH_SOURCE[1]}:$1: failed: $2" >&2
}

clean_up() {
  stop_registry
  case $1 in
    0 | 77) ;;
    *) unexpected_errors | cut -c -300 | tail -n 5 >&2 || true ;;
  esac
  rm -rf "$work"
}

# A client that looks for a blob before it pushes it makes an error, too.
unexpected_errors() {
  [[ ! -e $work/server.log ]] || grep -v 'status=404' "$work/server.log"
}

fail() {
  trap - ERR
  echo "$0: $*" >&2
  exit 1
}

skip() {
  echo "skipped: $*"
  exit 77
}

# ---- the operator ----------------------------------------------------------

# start_registry env|config [YAML]: with "env" the folder comes from the
# environment, as in the official image; with "config" from config.yml. YAML
# continues the storage section.
start_registry() {
  local how=$1 yaml=${2:-}
  for _ in {1..20}; do
    registry=127.0.0.1:$((${E2E_FIRST_PORT:-5150} + RANDOM % 50))
    is_listening && continue
    configure_"$how" "$yaml"
    docker-registry serve "$work/config.yml" >>"$work/server.log" 2>&1 &
    server=$!
    await_registry && return
    stop_registry
  done
  fail "no registry could be started"
}

configure_env() {
  write_config /var/lib/registry "$1"
  export REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=$root
  where=()
}

configure_config() {
  write_config "$root" "$1"
  unset REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY
  where=(--config "$work/config.yml")
}

write_config() {
  mkdir -p "$root"
  cat >"$work/config.yml" <<YAML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
http: {addr: $registry, secret: e2e}
storage:
  filesystem: {rootdirectory: $1}
  cache: {blobdescriptor: inmemory}
  delete: {enabled: true}
$2
YAML
}

is_listening() { (: <>"/dev/tcp/${registry/://}") 2>/dev/null; }

await_registry() {
  for _ in {1..100}; do
    kill -0 "$server" 2>/dev/null || return 1  # somebody took the port
    ! curl -fso /dev/null "http://$registry/v2/" || return 0
    sleep 0.1
  done
  return 1
}

stop_registry() {
  [[ -n $server ]] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=""
}

dregs() { "$DREGS" "${where[@]}" "$@"; }

incumbent() { docker-registry garbage-collect "$@" "$work/config.yml"; }

# expect CODE COMMAND...: the command must exit with that code.
expect() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  ((code == wanted)) || fail "exit $code instead of $wanted: $*"
}

# same WHAT FILE FILE: the two files must be equal.
same() { diff -u "$2" "$3" >&2 || fail "$1 differ"; }

# Changes one byte of a file, whatever it was.
rot() {
  dd if="$1" bs=1 skip=1000 count=1 status=none |
    tr '\0-\377' '\1-\377\0' |
    dd of="$1" bs=1 seek=1000 conv=notrunc status=none
}

# Every path with all that a change of any sort would touch.
disk() { (cd "$root" && find . -printf '%p %y %s %m %i %T@ %C@\n' | sort); }

files() { (cd "$root" && find . -type f -printf '%P\n' | sort); }

stored_blobs() {
  find "$root/docker/registry/v2/blobs" -path '*/sha256/*/data' |
    sed -E 's|.*/([0-9a-f]{64})/data|sha256:\1|' | sort
}

# The blobs that a report of gc --json --list names as removed.
removed_blobs() {
  jq -r '.removals[] | select(.kind == "blob").digest' | sort
}

# ---- the users -------------------------------------------------------------

manifest_types="application/vnd.docker.distribution.manifest.v2+json, \
application/vnd.docker.distribution.manifest.list.v2+json, \
application/vnd.oci.image.manifest.v1+json, \
application/vnd.oci.image.index.v1+json"

# api PATH [CURL OPTION...]
api() {
  local path=$1
  shift
  curl -fsS -H "Accept: $manifest_types" "$@" "http://$registry/v2/$path"
}

catalog() { api _catalog | jq -r '.repositories[]'; }

tags() { api "$1/tags/list" | jq -r '.tags // [] | .[]'; }

content_digest() {
  tr -d '\r' | sed -n 's/^docker-content-digest: //Ip'
}

# digest_of REPO REF
digest_of() { api "$1/manifests/$2" --head | content_digest; }

# delete REPO REF: the API takes only digests, so users ask for that first.
delete() {
  local digest
  digest=$(digest_of "$1" "$2")
  api "$1/manifests/$digest" -X DELETE
}

delete_all_tags() {
  local tag
  for tag in $(tags "$1"); do digest_of "$1" "$tag"; done | sort -u |
    while read -r digest; do delete "$1" "$digest"; done
}

# put_manifest REPO REF TYPE <BODY; says its digest
put_manifest() {
  api "$1/manifests/$2" -X PUT -H "Content-Type: $3" --data-binary @- \
    -D - | content_digest
}

begin_upload() {
  api "$1/blobs/uploads/" -X POST -D - |
    tr -d '\r' | sed -n 's/^location: //Ip'
}

# push_blob REPO FILE; says its digest
push_blob() {
  local digest location
  digest=sha256:$(sha256sum <"$2" | cut -d' ' -f1)
  location=$(begin_upload "$1")
  curl -fsS -X PUT --data-binary "@$2" \
    -H 'Content-Type: application/octet-stream' "$location&digest=$digest"
  echo "$digest"
}

# half_upload REPO FILE: begun, and then the connection is lost
half_upload() {
  curl -fsS -X PATCH --data-binary "@$2" -o "$work/patch" \
    -H 'Content-Type: application/octet-stream' "$(begin_upload "$1")"
}

# pull_all: pulls every tag of every repository and says every digest met.
pull_all() {
  local repositories repository tags tag
  repositories=$(catalog)
  for repository in $repositories; do
    tags=$(tags "$repository")
    for tag in $tags; do
      echo "$repository:$tag"
      pull "$repository" "$tag"
    done
  done
}

# pull REPO REF: skopeo pulls each image; indexes, which skopeo would not
# follow into each other, are walked by hand.
pull() {
  local body digest child
  body=$(mktemp -p "$work")
  api "$1/manifests/$2" -o "$body"
  digest=sha256:$(sha256sum <"$body" | cut -d' ' -f1)
  [[ $2 != sha256:* || $2 == "$digest" ]] || fail "$1@$2 is $digest"
  echo "$1@$digest"
  if jq -e 'has("manifests")' "$body" >/dev/null; then
    for child in $(jq -r '.manifests[].digest' "$body"); do
      pull "$1" "$child"
    done
  else
    pull_image "$1" "$digest" "$body"
  fi
  rm "$body"
}

# skopeo checks each blob against its digest; we check that nobody rewrote
# the manifest on the way.
pull_image() {
  local copy=$work/pulled
  skopeo --insecure-policy copy -q --src-tls-verify=false \
    "docker://$registry/$1@$2" "dir:$copy"
  cmp "$copy/manifest.json" "$3"
  rm -r "$copy"
}
