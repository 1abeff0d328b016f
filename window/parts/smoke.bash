# shellcheck shell=bash disable=SC2154
# Whether the registry serves what it served before. What fails before and after is
# told, and is no work of this window.

# ask_smoke_test env VARIABLE=VALUE...
ask_smoke_test() {
  attend "$@" URL="$URL" REGISTRY_USER="$REGISTRY_USER" PASSWORD_FILE="$PASSWORD_FILE" \
    CA_FILE="$CA_FILE" START_TIMEOUT="$START_TIMEOUT" "$here/dregs-smoke-test"
}

# ask_all NAME: $scratch/NAME is there where the registry could be asked at all.
ask_all() { ask_smoke_test env REPORT="$scratch/$1"; }

ask_before() {
  if [[ $TRASH == yes ]]; then trash_runs >"$scratch/trash-before"; fi
  [[ $SMOKE_TEST == yes ]] || return 0
  say "asking the registry what it serves"
  ask_all before && return
  ((signalled)) || complain "that was so before this window"
}

# names STATE FILE: repositories that serve, fail, or are empty
names() { sed -n "s/^$1 //p" "$scratch/$2" | sort; }

# All of whose tags go by the policy.
let_go() {
  ((tags_go)) || return 0
  jq -r '.tags | group_by(.repository)[] | select(all(.removed)) | .[0].repository' \
    "$scratch/retain.json" | sort
}

# What a person who looked before would miss, as asked for AFTER.
find_lost() {
  : >"$scratch/lost"
  [[ -e $scratch/before ]] || return 0
  if [[ ! -e $scratch/$1 ]]; then
    echo "all of it" >"$scratch/lost"
    return
  fi
  {
    comm -13 <(names fails before) <(names fails "$1")
    comm -23 <(names serves before) <(names serves "$1") | comm -23 - <(let_go)
  } | sort -u >"$scratch/lost"
}

# Fails with the exit code of a window that ends so.
judge() {
  local code=0
  judged=1
  [[ $SMOKE_TEST == yes ]] || return 0
  say "asking the registry whether it serves"
  ask_all after || code=$?
  find_lost after
  if [[ -s $scratch/lost ]]; then
    undo
    return
  fi
  ((code)) || return 0
  if [[ -e $scratch/before && -e $scratch/after ]]; then
    complain "it was so before; what served, serves"
    ((signalled)) || empty_trash
  elif ((${#runs[@]})); then
    say "what this window moved stays in the trash: ${runs[*]}"
  fi
  return "$not_usable"
}

# Always fails.
undo() {
  complain "not served any more: $(head -n 5 "$scratch/lost" | paste -sd' ')"
  if put_back; then undone=1; fi
  give_back || return
  ((undone)) || return "$not_usable"
  ask_all again
  find_lost again
  if [[ -s $scratch/lost ]]; then
    complain "all is put back, and still not served: $(head -n 5 "$scratch/lost" | paste -sd' ')"
  else
    say "all is put back, and the registry serves what it served before"
  fi
  return "$not_usable"
}
