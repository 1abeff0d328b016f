# shellcheck shell=bash disable=SC2154
# What would go, by dry runs while the registry serves: they read what the collection
# will read, so that this is quick then, and what would be refused stops nothing. A dry
# run is not refused because a registry runs, or because something changed meanwhile.

# Fails where no window is to be opened, with its exit code.
survey() {
  say "looking at what would go; the registry goes on serving"
  survey_tags
  ((signalled == 0)) || return "$signalled"
  survey_garbage || return
  choose_trash || return
  judge_the_sum
}

survey_tags() {
  tags_go=0
  ((${#RETAIN_OPTIONS[@]})) || return 0
  retain_with --dry-run --json
  attend "${command[@]}" >"$scratch/retain.json" || retain_code=$?
  ((signalled == 0 && retain_code > 1)) && say "no tag would go: $(outcome "$retain_code")"
  ((retain_code < 2)) || return 0
  jq -r '"would let \(.totals.tags_removed) tags go, and \(.totals.manifests_removed) manifests; \(.totals.tags_kept) tags stay",
    (.tags[] | select(.removed) | "  \(.repository):\(.tag)  \(.reason)")' "$scratch/retain.json"
  # With -n the operator wants to be told, and no more.
  has_option -n "${RETAIN_OPTIONS[@]}" || has_option --dry-run "${RETAIN_OPTIONS[@]}" ||
    tags_go=$(jq '.totals | if .tags_removed + .manifests_removed > 0 then 1 else 0 end' "$scratch/retain.json")
}

survey_garbage() {
  gc_with --dry-run --json
  add_metrics
  attend "${command[@]}" >"$scratch/gc.json" || gc_code=$?
  ((signalled == 0)) || return "$signalled"
  if ((gc_code > 1)); then
    explain_refused_trash
    say "so the registry goes on serving"
    return "$(code_of_both)"
  fi
  local gone total
  read -r gone total < <(jq -r '"\(.bytes.removed) \(.bytes.total)"' "$scratch/gc.json")
  jq -r --arg gone "$(in_words "$gone")" --arg total "$(in_words "$total")" \
    '"would collect \(.blobs.removed) of \(.blobs.total) blobs, \($gone) of \($total), with \(.manifests.removed) manifests, \(.layer_links.removed) layer links and \(.uploads.removed) uploads",
    (.findings[] | select(.severity == "error") | "  \(.kind): \(.path // "") \(.detail // "")")' \
    "$scratch/gc.json"
}

in_words() {
  awk -v bytes="$1" 'BEGIN {
    split("B KiB MiB GiB TiB PiB EiB", unit)
    for (i = 1; bytes >= 1024; i++) bytes /= 1024
    printf((i > 1 && bytes < 10 ? "%.1f" : "%.0f") "%s\n", bytes, unit[i])
  }'
}

something_goes() {
  ((tags_go)) || jq -e '[.manifests, .blobs, .layer_links, .tag_history, .uploads, .temporary_files
    | .removed] | add > 0' "$scratch/gc.json" >"$scratch/verdict"
}

# What only the tags need goes as well by then. Not known here is how many blobs.
judge_the_sum() {
  ((tags_go)) && ! has_option --max-delete "${GC_OPTIONS[@]}" || return 0
  jq -e --slurpfile retain "$scratch/retain.json" --argjson most "$MAX_DELETE" \
    '(.bytes.removed + ($retain[0].frees // 0)) * 100 <= $most * .bytes.total' \
    "$scratch/gc.json" >"$scratch/verdict" && return
  complain "with what only the tags need, more than $MAX_DELETE % of all bytes would go, so the registry goes on serving; look at dregs-window --dry-run, then raise MAX_DELETE"
  gc_code=$refused
  return "$refused"
}
