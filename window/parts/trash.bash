# shellcheck shell=bash disable=SC2154
# What goes moves aside while the registry is away, which takes no time, and is removed
# for good when the registry serves again as before; or it comes back.

# In a bucket each object would have to be copied.
choose_trash() {
  [[ -z $TRASH ]] || return 0
  TRASH=yes
  [[ $(jq -r '.root // ""' "$scratch/gc.json") != s3://* ]] || TRASH=no
}

explain_refused_trash() {
  [[ $TRASH != no && -s $scratch/gc.json ]] && jq -e '[.refused[]? | select(.way_out == "run without --trash")] != []' \
    "$scratch/gc.json" >"$scratch/verdict" 2>&1 || return 0
  complain "TRASH=no in $config deletes at once; nothing can be put back then"
}

# note_run FILE CODE: what the run of dregs that printed FILE moved. Its name is known
# from nowhere else for certain: another run may have come between. What has options
# that say --trash themselves (`said`) is not emptied.
note_run() {
  local run
  run=$(sed -nE 's/.*to the trash as ([0-9TZ]+-[0-9]+).*/\1/p' "$1" | tail -n 1)
  if [[ -n $run ]]; then
    runs+=("$run")
    ((said)) || ours+=("$run")
  elif (($2 > 3)) && [[ $TRASH == yes ]]; then
    nameless=1
  fi
}

trash_runs() {
  "$DREGS" "${DREGS_OPTIONS[@]}" trash ls --json {lock}>&- |
    jq -r '.runs[].run' | sort
}

# Where dregs told no name, as one that was killed does not: what came since.
runs_to_restore() {
  ((${#runs[@]} == 0)) || printf '%s\n' "${runs[@]}" | tac
  ((nameless == 0)) || trash_runs | comm -13 "$scratch/trash-before" - |
    grep -vxF -e '' "${runs[@]/#/-e}" | tac
}

# Fails where not all came back.
put_back() {
  local run failed=0
  runs_to_restore >"$scratch/to-restore"
  [[ -s $scratch/to-restore ]] || { complain "nothing of this window is in the trash, so nothing can be put back"; return 1; }
  stop_registry || return
  while IFS= read -r run <&5; do
    say "putting back $run"
    attend_locked "$DREGS" "${DREGS_OPTIONS[@]}" trash restore "$run" || failed=1
  done 5<"$scratch/to-restore"
  return "$failed"
}

# A run whose name is not known stays.
empty_trash() {
  local run code=0
  [[ $TRASH == yes ]] || return 0
  ((nameless == 0)) || say "what this window moved stays in the trash; see dregs trash ls"
  if ((TRASH_DAYS > 0)); then
    say "emptying the trash of what is older than $TRASH_DAYS days"
    attend "$DREGS" "${DREGS_OPTIONS[@]}" trash empty --older-than "${TRASH_DAYS}d" || code=$?
    return "$code"
  fi
  for run in "${ours[@]}"; do
    ((signalled == 0)) || return "$signalled"
    say "emptying the trash of this window"
    attend "$DREGS" "${DREGS_OPTIONS[@]}" trash empty "$run" || code=$?
  done
  return "$code"
}
