# shellcheck shell=bash disable=SC2154
# While the registry is away: the snapshot, the tags, the garbage, and the time for it.

take_snapshot() {
  [[ -n $SNAPSHOT_COMMAND ]] || return 0
  say "taking the snapshot"
  attend bash -c "$SNAPSHOT_COMMAND" ||
    { complain "the snapshot failed, so nothing is collected"; return 1; }
}

# DEADLINE bounds the time for which the registry is away. Two programs share it, so
# it becomes one moment before the first of them; and a time of day that has passed
# meanwhile must not become tomorrow's, so that one is fixed when the window begins.
fix_end_of_night() {
  local now tomorrow
  ends=''
  [[ $DEADLINE =~ ^[0-9]{1,2}:[0-9]{2}$ ]] || return 0
  now=$(date +%s)
  ends=$(date -d "$DEADLINE" +%s 2>/dev/null) || return 0
  # By noon, so that no change of the clocks matters.
  tomorrow=$(date -d "@$(($(date -d "$(date +%F) 12:00" +%s) + 86400))" +%F)
  ((ends > now)) || ends=$(date -d "$tomorrow $DEADLINE" +%s)
}

fix_span() {
  [[ $DEADLINE =~ ^([0-9]{1,9})([smhdw])$ ]] || return 0
  local -A seconds=([s]=1 [m]=60 [h]=3600 [d]=86400 [w]=604800)
  ends=$(($(date +%s) + 10#${BASH_REMATCH[1]} * seconds[${BASH_REMATCH[2]}]))
}

# Sets `deadline` to the options that say how much time is left; fails where none
# is. A DEADLINE that is not understood is for dregs to refuse.
find_time_left() {
  deadline=()
  [[ -n $DEADLINE ]] || return 0
  deadline=(--deadline "$DEADLINE")
  [[ -n $ends ]] || return 0
  local left=$((ends - $(date +%s)))
  deadline=(--deadline "${left}s")
  ((left > 0)) || { complain "the deadline has come"; return 1; }
}

# retain_with OPTION...: sets `command`, with what RETAIN_OPTIONS do not say
# themselves.
retain_with() {
  command=("$DREGS" "${DREGS_OPTIONS[@]}" retain "$@" "${RETAIN_OPTIONS[@]}")
  has_option --max-delete "${RETAIN_OPTIONS[@]}" || command+=(--max-delete 50)
  add_trash "${RETAIN_OPTIONS[@]}"
}

gc_with() {
  command=("$DREGS" "${DREGS_OPTIONS[@]}" gc --max-delete "$MAX_DELETE" "$@" "${GC_OPTIONS[@]}")
  add_trash "${GC_OPTIONS[@]}"
}

add_metrics() { [[ -z $METRICS_FILE ]] || command+=(--metrics "$METRICS_FILE"); }

add_record() { [[ -z $RECORD_FILE ]] || command+=(--record "$RECORD_FILE"); }

add_trash() {
  said=0
  if has_option --trash "$@"; then said=1; elif [[ $TRASH != no ]]; then command+=(--trash); fi
}

# Carries out `command`, and remembers the name of its run.
remove() {
  local code=0
  add_record
  attend_locked "${command[@]}" >"$scratch/removal" || code=$?
  cat "$scratch/removal"
  note_run "$scratch/removal" "$code"
  return "$code"
}

let_tags_go() {
  ((tags_go)) || return 0
  retain_code=0
  say "letting tags go"
  local deadline
  find_time_left || return 4
  ! has_option --deadline "${RETAIN_OPTIONS[@]}" || deadline=()
  retain_with --prove "${deadline[@]}"
  remove
}

collect() {
  say "collecting"
  gc_code=0
  local deadline
  find_time_left || return 4
  gc_with --prove "${deadline[@]}"
  add_metrics
  remove
}

# Whatever became of the tags, garbage may go: a collection keeps all that a tag
# leads to.
let_go_and_collect() {
  let_tags_go || retain_code=$?
  ((signalled == 0)) || return "$signalled"
  collect || gc_code=$?
  return "$(code_of_both)"
}

# A problem of the store (1) hides nothing worse.
code_of_both() {
  echo $((retain_code > 1 || gc_code == 0 ? retain_code : gc_code))
}

# Works while the registry serves: one part a night.
verify_some() {
  ((VERIFY_SHARDS > 0)) || return 0
  local day part
  day=$(($(date +%s) / 86400))
  part=$((day % VERIFY_SHARDS + 1))
  say "verifying part $part of $VERIFY_SHARDS"
  command=("$DREGS" "${DREGS_OPTIONS[@]}" verify --shard "$part/$VERIFY_SHARDS"
    "${VERIFY_OPTIONS[@]}")
  add_record
  attend "${command[@]}"
}
