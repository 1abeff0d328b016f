# The sections of benchmarks/run, each a function of its name.

# What dregs takes by default.
default_jobs() {
  local jobs=$((4 * $(nproc)))
  echo $((jobs > 32 ? jobs : 32))
}

warm() {
  local turn
  for turn in 1 2; do "$@" >/dev/null; done
}

cold=(--prepare "sh -c 'sync; echo 3 >/proc/sys/vm/drop_caches'")

# With --check: whether all find what the maker says that it made.
check_agreement() {
  local made found
  [[ $check == true ]] || return 0
  made=$(made ".garbage$([[ -z $* ]] || echo _delete_untagged).blobs")
  found=$("$dregs" gc -n "$@" --json --root "$store" | jq .blobs.removed)
  [[ $found == "$made" ]] ||
    die "dregs would delete $found blobs, $made were made for it"
  found=$(docker-registry garbage-collect -d "$@" "$work/config.yml" |
    sed -n 's/.* blobs marked, \([0-9]*\) blobs .*/\1/p')
  echo "  dregs would delete the $made blobs that were made for it," \
    "2.8.2 would delete $found"
}

# The peer takes minutes where the others take seconds: one round.
beat_peer() {
  local mode=$1 target=$2
  shift 2
  peer_config
  forget_contenders
  contender dregs "$dregs" gc -n "$@" --root "$store"
  contender 2.8.2 docker-registry garbage-collect -d "$@" "$work/config.yml"
  if [[ $mode == cold ]]; then
    take_turns --rounds 1 --label ', beside it' "${cold[@]}"
  else
    check_agreement "$@"
    warm "$dregs" gc -n "$@" --root "$store"
    take_turns --rounds 1 --label ', beside it'
  fi
  compare "times as fast as 2.8.2${*:+ }$*, $mode" \
    '2.8.2, beside it' 'dregs, beside it' '>=' "$target"
}

gc_warm() {
  need_busy_store
  contender floor "$programs/floor_gc" --root "$store"
  contender dregs "$dregs" gc -n --root "$store"
  warm "$programs/floor_gc" --root "$store"
  warm "$dregs" gc -n --root "$store"
  take_turns
  compare 'dry run, warm, to its floor' dregs floor '<=' 1.25
  beat_peer warm 50
}

gc_untagged() {
  need_store "$folder" one-repository --repositories 1 --tags 2560
  beat_peer warm 1000 -m
}

# Sets `best` to the number of threads that the cold floor is fastest with.
find_best_jobs() {
  local jobs
  forget_contenders
  for jobs in $(nproc) 8 16 32 64; do
    contender "floor -j$jobs" "$programs/floor_gc" --root "$store" -j "$jobs"
  done
  take_turns --rounds 1 "${cold[@]}"
  best=$(jq -rs '[.[] | select(.name | startswith("floor -j"))]
    | min_by(.seconds).name | ltrimstr("floor -j")' "$work/turns")
  note best_floor_jobs "$best"
}

gc_cold() {
  need_busy_store
  find_best_jobs
  forget_contenders
  contender floor "$programs/floor_gc" --root "$store" -j "$best"
  contender dregs "$dregs" gc -n --root "$store"
  take_turns --rounds $(((rounds + 1) / 2)) "${cold[@]}"
  compare 'dry run, cold, to its best floor' dregs floor '<=' 1.2
  beat_peer cold 8
}

# A cache of what each manifest refers to would spare opening, reading and
# hashing it, and nothing else.
gc_cache() {
  need_busy_store
  contender all "$programs/floor_gc" --root "$store" -j "$(default_jobs)"
  contender 'no manifests' "$programs/floor_gc" --root "$store" \
    -j "$(default_jobs)" --no-manifests
  take_turns --rounds $(((rounds + 1) / 2)) --label ', cold' "${cold[@]}"
  compare 'dry run without manifests, cold' 'no manifests, cold' 'all, cold' - -
  warm "$programs/floor_gc" --root "$store"
  take_turns --label ', warm'
  compare 'dry run without manifests, warm' 'no manifests, warm' 'all, warm' - -
}

# What `dregs gc` removes, for floor_sweep: a barrier after each stage.
list_removals() {
  "$dregs" gc -n --list --json --root "$store" | jq -r '
    foreach .removals[] as $each ({kind: null};
      {barrier: (.kind and .kind != $each.kind), kind: $each.kind};
      (if .barrier then "" else empty end),
      ($each.path | sub("^docker/registry/v2/"; ""))
        + {blob: "/data", "layer-link": "/link", revision: "/link",
           "tag-history": "/link", folder: "/"}[$each.kind])' >"$work/removals"
}

# A store that two programs can sweep: as it was made, in the cache.
need_store_to_sweep() {
  need_new_filesystem
  need_new_store "$work/disk" swept --repositories 40 --tags 200 \
    --deleted-share 2.57
  warm "$dregs" gc -n --root "$store"
  forget_contenders
}

# The whole command without what a dry run of it takes: that is the sweep, with
# the second look at the links that keeps it safe.
sweep() {
  local round turns=$(((rounds + 1) / 2))
  for ((round = 1; round <= turns; ++round)); do
    need_store_to_sweep
    list_removals
    contender dry-run "$dregs" gc -n --root "$store"
    take_turns --rounds 1 --as "$round"
    forget_contenders
    contender gc "$dregs" gc --root "$store"
    take_turns --rounds 1 --as "$round" --prepare sync
    need_store_to_sweep
    contender floor "$programs/floor_sweep" --root "$store" \
      -j "$(default_jobs)" "$work/removals"
    take_turns --rounds 1 --as "$round" --prepare sync
  done
  note removed "$(jq -Rn '[inputs | select(. != "")] | length' "$work/removals")"
  note removed_blobs "$(grep -c '/data$' "$work/removals")"
  figure 'sweep, to bare unlink and rmdir' "$(jq -s '
    def median: sort | .[(length - 1) / 2 | floor];
    group_by(.round) | map(INDEX(.name) | map_values(.seconds)
      | (.gc - ."dry-run") / .floor) | median' "$work/turns")" '<=' 1.15
  remove_filesystem
}

# Prints KiB.
peak_memory() {
  /usr/bin/time -o "$work/peak" -f %M "$@" >/dev/null
  cat "$work/peak"
}

median_of() {
  jq -s --arg name "$1" 'map(select(.name == $name).seconds) | sort
    | .[(length - 1) / 2 | floor]' "$work/turns"
}

# One size of the growth section: its store, in memory, made and removed.
grow() {
  local repositories=$1 blobs
  need_new_store "$work/memory" growth --repositories "$repositories"
  blobs=$(made .blobs)
  forget_contenders
  contender floor "$programs/floor_gc" --root "$store"
  contender dregs "$dregs" gc -n --root "$store"
  warm "$dregs" gc -n --root "$store"
  take_turns --label ", $blobs blobs"
  jq -n --argjson blobs "$blobs" \
    --argjson floor "$(median_of "floor, $blobs blobs")" \
    --argjson dregs "$(median_of "dregs, $blobs blobs")" \
    --argjson peak_kib "$(peak_memory "$dregs" gc -n --root "$store")" \
    '$ARGS.named | .allowed_kib = 64 * 1024 + 96 * .blobs / 1024' \
    >>"$work/growth"
  rm -rf "$store"
}

growth() {
  local repositories
  need_memory
  rm -f "$work/growth"
  for repositories in 4 13 42 134 424; do grow "$repositories"; done
  note growth "$(jq -s . "$work/growth")"
  figure 'time per blob, of the largest to the smallest' "$(jq -s '
    (.[-1] | .dregs / .blobs) / (.[0] | .dregs / .blobs)' "$work/growth")" - -
  figure 'the same, to that of the floor' "$(jq -s '
    (.[-1] | .dregs / .floor) / (.[0] | .dregs / .floor)' "$work/growth")" \
    '<=' 1.25
  figure 'peak memory, to 64 MiB + 96 B per blob, at worst' "$(jq -s '
    map(.peak_kib / .allowed_kib) | max' "$work/growth")" '<=' 1
}

many_tags() {
  local tags
  need_memory
  for tags in 10000 1000000; do
    need_new_store "$work/memory" tags --repositories 1 --tags "$tags" \
      --shared-image-pool 100 --moved-tags-share 0
    forget_contenders
    contender dregs "$dregs" gc -n --root "$store"
    warm "$dregs" gc -n --root "$store"
    take_turns --rounds 3 --label ", $tags tags"
    rm -rf "$store"
  done
  figure 'time per tag, 1,000,000 to 10,000' "$(jq -n \
    --argjson many "$(median_of 'dregs, 1000000 tags')" \
    --argjson few "$(median_of 'dregs, 10000 tags')" '$many / 100 / $few')" \
    '<=' 3
}

# Rules of each kind. Each of them decides about some of the tags that make_store
# makes, v0.0.0 to v0.99.99.
write_policy() {
  cat <<'END'
version: 1
protect: {tags: [latest, '/^v\d+\.0\.0$/']}
rules:
- {repositories: ['**'], tags: ['/^v\d+\.\d+\.\d$/'], keep: {within: 1h}}
- {repositories: ['**'], tags: ['/^(v\d+\.\d+)\.1\d$/'], per: '$1', sort: semver, keep: {last: 2}}
- {repositories: ['team-0*/**'], tags: ['*5', '*7'], keep: {last: 50}, expire: 1y}
- {repositories: ['**'], tags: ['/^v\d+\.(\d+)\./'], per: '$1', keep: {last: 20, within: 1h}}
- {repositories: ['**'], tags: ['*'], keep: {last: 100}}
untagged:
- {repositories: ['**'], keep: {revisions: 3, within: 7d}}
END
}

# Every second tag is a year old, so that floors, groups and the ceiling have
# something to decide. What retain takes beyond a dry run of gc is the deciding, with
# the times that it reads and the forecast of what gc would free then.
retain() {
  local tags
  need_memory
  need_new_store "$work/memory" retain --repositories 100 --tags 10000 \
    --shared-image-pool 200 --moved-tags-share 0
  write_policy >"$work/retention.yml"
  find "$store/docker/registry/v2/repositories" -name tags -prune -print |
    while IFS= read -r tags; do
      touch -d '-400 days' "$tags"/*[02468]/current/link
    done
  contender floor "$programs/floor_gc" --root "$store"
  contender gc "$dregs" gc -n --root "$store"
  contender retain "$dregs" retain -n --policy "$work/retention.yml" \
    --max-delete 100 --root "$store"
  warm "$dregs" gc -n --root "$store"
  note decided "$("$dregs" retain -n --policy "$work/retention.yml" \
    --max-delete 100 --root "$store" | tail -n 1 | jq -R .)"
  take_turns --rounds $(((rounds + 1) / 2))
  compare 'retain -n of 1,000,000 tags, to gc -n' retain gc '<=' 2
  note peak_kib "$(peak_memory "$dregs" retain -n --root "$store" \
    --policy "$work/retention.yml" --max-delete 100)"
  rm -rf "$store"
}

start() {
  need_store "$folder" hundred --repositories 10 --tags 10
  contender dregs "$dregs" gc -n --root "$store"
  warm "$dregs" gc -n --root "$store"
  take_turns --rounds 20
  figure 'milliseconds for 100 images' \
    "$(jq -n "$(median_of dregs) * 1000")" '<=' 30
}

# As many processes as cores, each with a few files at a time.
contend_sha256sum() {
  contender sha256sum bash -c "'find $store/docker/registry/v2/blobs -name data |
    xargs -P $(nproc) -n $1 sha256sum'"
}

contend_verify() {
  contender floor "$programs/floor_verify" --root "$store" -j "$(default_jobs)"
  contender verify "$dregs" verify --root "$store"
}

compare_verify() {
  compare "sha256sum's time, to verify, $1" "sha256sum, $1" "verify, $1" '>=' "$2"
  compare "the floor's time, to verify, $1" "floor, $1" "verify, $1" '>=' "$3"
}

# What is warm is in memory, since a page cache may lose what a turn has read
# before the next turn comes.
verify_large() {
  local mib=1048576 shape
  shape=(--repositories 2 --tags 20 --multi-arch-share 0 --moved-tags-share 0
    --deleted-share 0 --median-bytes $((8 * mib)) --least-bytes $mib
    --most-bytes $((100 * mib)))
  need_store "$folder" large "${shape[@]}"
  contend_verify
  contend_sha256sum 4
  contender O_DIRECT bash -c "'find $store/docker/registry/v2/blobs -name data |
    xargs -P 16 -I{} dd if={} of=/dev/null iflag=direct bs=4M status=none'"
  take_turns --rounds $(((rounds + 1) / 2)) --label ', cold' "${cold[@]}"
  compare_verify cold 4 0.9
  compare "O_DIRECT's time, to verify, cold" 'O_DIRECT, cold' 'verify, cold' - -
  need_memory
  need_new_store "$work/memory" large "${shape[@]}"
  forget_contenders
  contend_verify
  contend_sha256sum 4
  take_turns --rounds $(((rounds + 1) / 2)) --label ', warm'
  compare_verify warm - 0.9
  rm -rf "$store"
}

# The bare loop reads the blobs alone; before it, verify has to read what a dry
# run reads: links and manifests.
verify_small() {
  local bare links
  need_memory
  need_new_store "$work/memory" small --repositories 50 --tags 100 \
    --layers 100 --base-layers 0 --multi-arch-share 0 --moved-tags-share 0 \
    --deleted-share 0 --blob-bytes 500
  bare="$programs/floor_verify --root $store --as-listed -j $(default_jobs)"
  links="$programs/floor_gc --root $store"
  contender bare "$bare"
  contender 'links and bare' bash -c "'$links && $bare'"
  contender verify "$dregs" verify --root "$store"
  warm "$dregs" verify --root "$store"
  take_turns --label ', warm'
  compare "a bare loop's time, to verify, warm" 'bare, warm' 'verify, warm' '>=' 0.7
  compare "the same, links read before it, to verify" 'links and bare, warm' \
    'verify, warm' - -
  rm -rf "$store"
}

inner() {
  "$programs/dregs_benchmarks" --benchmark_out="$work/inner.json" \
    --benchmark_out_format=json --benchmark_min_time=0.2
  note inner "$(jq '[.benchmarks[] | {name, real_time, time_unit,
    items_per_second, bytes_per_second}]' "$work/inner.json")"
}

# Prints how many instructions a command takes.
instructions_of() {
  valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$@" \
    >/dev/null 2>"$work/valgrind" || { cat "$work/valgrind" >&2 && return 1; }
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/valgrind"
}

# OpenSSL picks other code under valgrind, for dregs and the floor alike.
instructions() {
  local of_dregs of_floor
  need_store "$folder" hundred --repositories 10 --tags 10
  of_dregs=$(instructions_of "$dregs" gc -n -j1 --root "$store")
  of_floor=$(instructions_of "$programs/floor_gc" -j1 --root "$store")
  note instructions "{\"dregs\": $of_dregs, \"floor\": $of_floor}"
  figure 'instructions of a dry run, per blob' \
    "$(jq -n "$of_dregs / $(made .blobs)")" - -
  figure "the same, to the floor's" "$(jq -n "$of_dregs / $of_floor")" - -
}
