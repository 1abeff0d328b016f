# The sections of benchmarks/run about object storage, each a function of its
# name.

# shellcheck source=tests/e2e/radosgw.bash
source tests/e2e/radosgw.bash

# For radosgw.bash.
skip() { die "$*"; }

# ---- a bucket in memory ------------------------------------------------------

latency=0.03 # seconds, of each answer
connections=32

# Serves a made bucket until stop_bucket; `in_bucket` leads dregs there.
start_bucket() {
  local made
  coproc bucket { exec "$programs/serve_bucket" --latency 30 "$@"; }
  IFS= read -r made <&"${bucket[0]}"
  echo "$made" >"$work/served.json"
  in_bucket=(--root "$(served .root)" --endpoint "$(served .endpoint)"
    --region "$(served .region)" --path-style --connections "$connections")
  AWS_ACCESS_KEY_ID=$(served .access_key)
  AWS_SECRET_ACCESS_KEY=$(served .secret_key)
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

stop_bucket() {
  local input=${bucket[1]}
  exec {input}>&-
  wait "$bucket_PID"
}

served() { jq -r "$1" "$work/served.json"; }

# Prints the requests that the server counted since the last time, by kind.
requests_served() {
  local counts
  echo >&"${bucket[1]}"
  IFS= read -r counts <&"${bucket[0]}"
  echo "$counts"
}

# Eight layers of their own and three that others have, too, of 4 MiB in the
# median: layers that no image needs are read where they could be manifests, and half
# of them are too large for that.
images_of_eleven_layers=(--layers 8 --claimed-times 8192)

# One size: its bucket, a dry run, what the server counted, and a line of all
# that in $work/growth.
grow_bucket() {
  local requests seconds peak
  start_bucket --repositories "$1" "${images_of_eleven_layers[@]}"
  /usr/bin/time -o "$work/peak" -f '%e %M' "$dregs" gc -n --json \
    "${in_bucket[@]}" >"$work/report.json"
  requests=$(requests_served)
  read -r seconds peak <"$work/peak"
  [[ $(jq .blobs.removed "$work/report.json") == $(served .garbage.blobs) ]] ||
    die "dregs would not delete what was made for it"
  jq -n --argjson requests "$requests" --argjson seconds "$seconds" \
    --argjson peak_kib "$peak" --argjson blobs "$(served .blobs)" \
    --argjson keys "$(served .keys)" --argjson revisions "$(served .revisions)" \
    --argjson said "$(jq .requests "$work/report.json")" \
    --argjson latency "$latency" --argjson connections "$connections" \
    --arg load "$(cut -d' ' -f1 /proc/loadavg)" '
    $ARGS.named | del(.latency, .connections)
    | .allowed_kib = 64 * 1024 + 96 * .blobs / 1024
    | .latency_seconds = ([.requests[]] | add) * $latency / $connections' |
    tee -a "$work/growth" | jq -r '"  \(.blobs) blobs, \(.keys) keys:
    \(.seconds) s, of which \(.latency_seconds) s of latency; load \(.load)
    \(.requests.list) LIST, \(.requests.get) GET; \(.peak_kib) KiB"'
  stop_bucket
}

s3_growth() {
  local repositories
  rm -f "$work/growth"
  for repositories in 65 130 261; do grow_bucket "$repositories"; done
  note growth "$(jq -s . "$work/growth")"
  figure 'seconds of latency, the largest' \
    "$(jq -s '.[-1].latency_seconds' "$work/growth")" '<=' 150
  figure 'seconds in all, the largest' \
    "$(jq -s '.[-1].seconds' "$work/growth")" - -
  figure 'requests per blob, of the largest to the smallest' "$(jq -s '
    def each: ([.requests[]] | add) / .blobs;
    (.[-1] | each) / (.[0] | each)' "$work/growth")" '<=' 1.05
  figure 'time per blob, of the largest to the smallest' "$(jq -s '
    (.[-1] | .seconds / .blobs) / (.[0] | .seconds / .blobs)' "$work/growth")" \
    '<=' 1.25
  figure 'LISTs, to keys / 1000 + 512, at worst' "$(jq -s '
    map(.requests.list / (.keys / 1000 + 512)) | max' "$work/growth")" '<=' 1
  figure 'peak memory, to 64 MiB + 96 B per blob, at worst' "$(jq -s '
    map(.peak_kib / .allowed_kib) | max' "$work/growth")" '<=' 1
}

# ---- radosgw -----------------------------------------------------------------

# A registry in a new bucket, and the configuration $work/BUCKET.yml.
need_bucket() {
  curl -fsS -X PUT --aws-sigv4 aws:amz:default:s3 --user "$s3_key:$s3_secret" \
    -H "x-amz-content-sha256: $(sha256sum </dev/null | cut -d' ' -f1)" \
    "$s3_endpoint/$1"
  AWS_ACCESS_KEY_ID=$s3_key AWS_SECRET_ACCESS_KEY=$s3_secret \
    "$programs/fill_bucket" "${s3_endpoint#http://}" "$@" >"$work/served.json"
  cat >"$work/$1.yml" <<END
version: 0.1
log: {level: error}
storage:
  s3:
    bucket: $1
    region: default
    regionendpoint: $s3_endpoint
    accesskey: $s3_key
    secretkey: $s3_secret
    secure: false
    rootdirectory: /registry
END
}

# Every request for a bucket that radosgw has answered, by its own log: METHOD and
# what was asked.
answered() {
  sleep 1 # it writes its log in the background
  sed -n "s|.*\"\([A-Z]*\) /$1\([/?][^ ]*\) HTTP/1.1\".*|\1 \2|p" \
    "$ceph/log/client.rgw.a.log"
}

# The kinds that dregs' reports have.
count_by_kind() {
  awk '
    $1 == "GET" && ($2 ~ /^\/?\?/ || $2 ~ /[?&]uploadId=/) { ++count["list"]; next }
    $1 == "POST" && $2 ~ /[?&]delete/ { ++count["delete"]; next }
    $1 == "GET" { ++count["get"]; next }
    $1 == "HEAD" { ++count["head"]; next }
    $1 == "DELETE" { ++count["delete"]; next }
    { ++count["put"] }
    END { for (kind in count) print kind, count[kind] }' |
    jq -Rcn '[inputs | split(" ") | {(.[0]): (.[1] | tonumber)}] | add // {}'
}

# against BUCKET NAME COMMAND…: runs it once, as a contender, and prints what
# radosgw answered for that bucket meanwhile into $work/requests.
against() {
  local its_bucket=$1 name=$2 before
  shift 2
  before=$(answered "$its_bucket" | wc -l)
  forget_contenders
  contender "$name" "$@"
  take_turns --rounds 1
  answered "$its_bucket" | tail -n +$((before + 1)) | count_by_kind |
    jq -c --arg name "$name" '{name: $name, by_kind: ., all: (add // 0)}' |
    tee -a "$work/requests" | jq -r '"    \(.all) requests: \(.by_kind | tojson)"'
}

requests_of() {
  jq -s --arg name "$1" 'map(select(.name == $name).all)[0]' "$work/requests"
}

# beat_peer_there WHAT DREGS PEER FASTER SHARE: how much faster, and with which
# share of the requests.
beat_peer_there() {
  compare "$1: times as fast as 2.8.2" "$3" "$2" '>=' "$4"
  figure "$1: requests, to those of 2.8.2" \
    "$(jq -n "$(requests_of "$2") / $(requests_of "$3")")" '<=' "$5"
}

# Images of eleven layers; for ten tags one image was deleted. Each program has a
# copy of its own: what is removed cannot be removed again.
s3() {
  local shape=(--repositories 60 --tags 10 --layers 8 --deleted-share 0.1)
  local ours peers
  radosgw_is_installed || die 'no radosgw: scripts/install-packages bench'
  unset "${!AWS_@}"
  trap stop_radosgw EXIT
  rm -f "$work/requests"
  start_radosgw
  need_bucket dregs "${shape[@]}"
  need_bucket peer "${shape[@]}"
  note made "$(cat "$work/served.json")"
  ours=(--config "$work/dregs.yml" --min-age 0)
  peers=(docker-registry garbage-collect)
  against dregs 'dregs, dry run' "$dregs" gc -n "${ours[@]}"
  against peer '2.8.2, dry run' "${peers[@]}" -d "$work/peer.yml"
  against dregs 'dregs, cache filled' "$dregs" gc -n "${ours[@]}" \
    --cache "$work/manifests"
  against dregs 'dregs, cache' "$dregs" gc -n "${ours[@]}" \
    --cache "$work/manifests"
  against dregs 'dregs, -m' "$dregs" gc -m "${ours[@]}" --registry-stopped
  against peer '2.8.2, -m' "${peers[@]}" -m "$work/peer.yml"
  note requests "$(jq -s . "$work/requests")"
  beat_peer_there 'dry run' 'dregs, dry run' '2.8.2, dry run' 20 0.1
  beat_peer_there 'dry run, --cache' 'dregs, cache' '2.8.2, dry run' 20 0.01
  beat_peer_there '-m' 'dregs, -m' '2.8.2, -m' 20 0.1
}
