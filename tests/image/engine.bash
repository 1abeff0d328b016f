# shellcheck shell=bash
# Podman and buildah over a store of the tests' own, set up so that they run
# on a plain Debian machine: no overlay filesystem, no network of their own, no
# more processes and files than an ordinary user may have.

limits=(--network host --ulimit nofile=1024:1024 --ulimit nproc=1024:1024)

podman() {
  command podman --root "$IMAGE_STORE" --runroot "$IMAGE_RUN" \
    --storage-driver vfs --runtime runc "$@"
}

# build IMAGE DOCKERFILE FOLDER [OPTION...]
build() {
  local image=$1 file=$2 folder=$3
  shift 3
  command buildah --root "$IMAGE_STORE" --runroot "$IMAGE_RUN" \
    --storage-driver vfs bud --isolation chroot --pull-never \
    --tag "$image" --file "$file" "$@" "$folder"
}

# image_property IMAGE GO-TEMPLATE-PATH
image_property() { podman image inspect --format "{{$2}}" "$1"; }
