# Made stores: each is made once for its shape and used again.

# Sets `store` to the store NAME below the folder IN, made with the options
# that follow, which an equal one of before has been.
need_store() {
  local in=$1 name=$2 shape
  shift 2
  store=$in/$name
  shape="$(maker_version) $*"
  if [[ $(cat "$store/shape" 2>/dev/null) != "$shape" ]]; then
    rm -rf "$store"
    need_space "$in"
    mkdir -p "$store"
    echo "making $store: $*"
    "$programs/make_store" "$store" "$@" >"$store/made.json"
    sync -f "$store"
    echo "$shape" >"$store/shape"
  fi
}

# Another maker makes another store of the same shape.
maker_version() {
  cat benchmarks/{make_store,push_all,pushes,image_maker,store_writer}.cc \
    benchmarks/{folder_writer.cc,shape.h,seeded.h} | sha256sum | cut -c1-16
}

need_space() {
  local free
  free=$(df --output=avail -k "$1" | tail -n 1)
  ((free > 10 * 1024 * 1024)) || die "$1: less than 10 GiB are free"
}

# A tmpfs at $work/memory for stores that no cache would hold: a million blobs
# or tags are more files than /dev/shm takes. A machine out of memory would
# measure nothing.
need_memory() {
  local free
  free=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)
  ((free > 18 * 1024 * 1024)) || die 'less than 18 GiB of memory are available'
  mkdir -p "$work/memory"
  mountpoint -q "$work/memory" ||
    mount -t tmpfs -o size=17g,nr_inodes=0 dregs-benchmarks "$work/memory"
}

# Made anew each time: what is removed cannot be removed again.
need_new_store() {
  rm -rf "${1:?}/$2"
  need_store "$@"
}

# An empty ext4 of its own at $work/disk, in a file on the disk: its barriers wait
# for nobody else's files, and it goes in no time, while removing a store takes
# longer than sweeping it.
need_new_filesystem() {
  local image=$folder/filesystem.img
  remove_filesystem
  mkdir -p "$work/disk"
  truncate -s 12G "$image"
  mkfs.ext4 -q -N 2000000 -E lazy_itable_init=0,lazy_journal_init=0 "$image"
  mount -o loop "$image" "$work/disk"
}

remove_filesystem() {
  ! mountpoint -q "$work/disk" || umount "$work/disk"
  rm -f "$folder/filesystem.img"
}

made() {
  jq "$1" "$store/made.json"
}

# What most sections use: 470,000 blobs in 200 repositories of 200 tags.
need_busy_store() {
  need_store "$folder" busy --uploads 50
}

peer_config() {
  cat >"$work/config.yml" <<END
version: 0.1
log: {level: error}
storage:
  filesystem: {rootdirectory: "$store"}
END
}
