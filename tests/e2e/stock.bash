# shellcheck shell=bash
# A registry after some weeks: stock_registry is what was pushed, use_registry
# what users did then.

# shellcheck source=tests/e2e/images.bash
. "${BASH_SOURCE[0]%/*}/images.bash"

stock_registry() {
  image base base
  stock_docker_images
  stock_oci_images
  stock_multi_arch >/dev/null
  stock_referrers >/dev/null
}

stock_docker_images() {
  local tag
  for tag in 1.0 1.1 2.0; do
    image "app-$tag" base app "app-$tag"
    push "app-$tag" "team/app:$tag" --format v2s2
  done
  push app-1.1 team/app:latest --format v2s2
  push app-1.0 gone/app:1.0 --format v2s2
}

stock_oci_images() {
  local name
  for name in stable edge retired; do
    image "web-$name" base "web-$name"
    push "web-$name" "team/web:$name"
  done
  push web-retired team/web/copy:kept
  push base gone:base
}

stock_multi_arch() {
  local arch inner
  for arch in "${architectures[@]}"; do image "arch-$arch" base "$arch"; done
  multi_arch both arch-amd64 arch-arm64
  push both multi/list:v1 --all --format v2s2
  push both multi/index:v1 --all
  push both multi/nested:inner --all
  inner=$(digest_of multi/nested inner)
  push arch-riscv64 multi/nested:riscv64
  put_index multi/nested outer "$inner" "$(digest_of multi/nested riscv64)"
}

# What signs, describes or accompanies an image, in the three usual ways.
# $sbom is then a digest that no tag leads to, only its subject.
# shellcheck disable=SC2034  # tests ask for it
stock_referrers() {
  local v1 v2
  image signed-v1 base signed-v1
  image signed-v2 base signed-v2
  push signed-v1 signed/app:v1
  push signed-v2 signed/app:v2
  v1=$(digest_of signed/app v1)
  v2=$(digest_of signed/app v2)
  push_artifact signed/app "$(fallback_tag "$v1").sig" "$oci.config.v1+json" ""
  sbom=$(push_artifact signed/app "" application/vnd.example.sbom.v1+json "$v1")
  put_index signed/app "$(fallback_tag "$v2")" "$(push_artifact signed/app "" \
    application/vnd.cncf.notary.signature "$v2")"
}

use_registry() {
  push app-2.0 team/app:latest --format v2s2  # 1.1 keeps its own tag
  image web-new base web-new
  push web-new team/web:edge  # what edge was has no tag any more
  delete team/app 1.0
  delete team/web retired  # its layers live on in team/web/copy
  delete_all_tags gone/app
  delete_all_tags gone
}
