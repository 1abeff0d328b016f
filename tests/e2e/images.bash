# shellcheck shell=bash
# Small images out of random bytes, in one OCI layout, and a stock of them
# that holds every kind of thing a registry meets.

# shellcheck source=tests/e2e/registry.bash
. "${BASH_SOURCE[0]%/*}/registry.bash"

layout=$work/layout
umoci init --layout "$layout"
mkdir "$work/layers"
architectures=(amd64 arm64 riscv64)
oci=application/vnd.oci.image

# layer NAME: a layer archive; the same name is the same layer.
layer() {
  local tar=$work/layers/$1.tar
  if [[ ! -e $tar ]]; then
    head -c "${layer_bytes:-4000}" /dev/urandom >"$work/layers/$1"
    tar -C "$work/layers" -cf "$tar" "$1"
  fi
  echo "$tar"
}

# image NAME LAYER...
image() {
  local name=$1 each
  shift
  umoci new --image "$layout:$name"
  for each in "$@"; do
    umoci raw add-layer --image "$layout:$name" "$(layer "$each")"
  done
}

# The descriptor of an image of the layout.
descriptor() {
  jq -c --arg name "$1" '.manifests[] | select(
    .annotations["org.opencontainers.image.ref.name"] == $name)
    | {mediaType, digest, size}' "$layout/index.json"
}

# multi_arch NAME IMAGE...: an index over images, one per architecture
multi_arch() {
  local name=$1 each body digest n=0
  shift
  body=$(for each in "$@"; do
    descriptor "$each" | jq -c --arg arch "${architectures[n++]}" \
      '. + {platform: {os: "linux", architecture: $arch}}'
  done | jq -cs --arg type "$oci.index.v1+json" \
    '{schemaVersion: 2, mediaType: $type, manifests: .}')
  digest=$(printf %s "$body" | sha256sum | cut -d' ' -f1)
  printf %s "$body" >"$layout/blobs/sha256/$digest"
  jq -c --arg name "$name" --arg digest "sha256:$digest" \
    --arg type "$oci.index.v1+json" --argjson size "${#body}" \
    '.manifests += [{mediaType: $type, digest: $digest, size: $size,
      annotations: {"org.opencontainers.image.ref.name": $name}}]' \
    "$layout/index.json" >"$work/index.json"
  mv "$work/index.json" "$layout/index.json"
}

# push IMAGE REPO:TAG [SKOPEO OPTION...]
push() {
  local from=oci:$layout:$1 to=docker://$registry/$2
  shift 2
  skopeo --insecure-policy copy -q --dest-tls-verify=false "$@" "$from" "$to"
}

# push_artifact REPO REF CONFIG-TYPE SUBJECT-DIGEST: a small manifest about
# another. An empty REF pushes it untagged, by its digest; an empty SUBJECT
# leaves the subject out, as cosign does.
push_artifact() {
  local payload=$work/payload body
  printf '{"about":"%s","nonce":"%s"}' "$4" "$RANDOM$RANDOM" >"$payload"
  body=$(jq -cn --arg type "$oci.manifest.v1+json" --arg config "$3" \
    --arg digest "$(push_blob "$1" "$payload")" \
    --arg about "$([[ -z $4 ]] || stored_descriptor "$1" "$4")" \
    --argjson size "$(stat -c %s "$payload")" \
    '{schemaVersion: 2, mediaType: $type,
      config: {mediaType: $config, digest: $digest, size: $size},
      layers: [{mediaType: "application/json", digest: $digest, size: $size}]}
      + if $about == "" then {} else {subject: $about | fromjson} end')
  put "$1" "${2:-sha256:$(printf %s "$body" | sha256sum | cut -d' ' -f1)}" \
    "$body"
}

# put REPO REF BODY: with the type that the body says of itself
put() { printf %s "$3" | put_manifest "$1" "$2" "$(jq -r .mediaType <<<"$3")"; }

# The descriptor of what a repository has under a digest.
stored_descriptor() {
  api "$1/manifests/$2" --head | tr -d '\r' | jq -cRs --arg digest "$2" '
    [scan("(?im)^content-(type|length): (.*)$")]
    | map({key: (.[0] | ascii_downcase), value: .[1]}) | from_entries
    | {mediaType: .type, digest: $digest, size: (.length | tonumber)}'
}

# put_index REPO REF DIGEST...: an OCI index over what the repository has
put_index() {
  local repository=$1 reference=$2 each
  shift 2
  put "$repository" "$reference" "$(for each in "$@"; do
    stored_descriptor "$repository" "$each"
  done | jq -cs --arg type "$oci.index.v1+json" \
    '{schemaVersion: 2, mediaType: $type, manifests: .}')"
}

# fallback_tag DIGEST: where clients look for referrers without their API
fallback_tag() { echo "${1/:/-}"; }
