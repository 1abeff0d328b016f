# Contests: programs that take turns, and the ratios of their times.
#
#   contender NAME COMMAND…     takes part from now on
#   take_turns [OPTION…]        so many rounds, each with every contender once
#   compare WHAT TOP BOTTOM OPERATOR TARGET
#                               the median over the rounds of the ratio of the
#                               two times: <= TARGET, >= TARGET, or "-" for none
#   figure WHAT VALUE OPERATOR TARGET
#                               what was found in another way

begin_results() {
  section=$1 title=$2
  rm -f "$work"/turns "$work"/comparisons "$work"/notes
  touch "$work"/turns "$work"/comparisons "$work"/notes
  forget_contenders
  jq -n --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" '{load_before: $load}' \
    >>"$work/notes"
}

forget_contenders() {
  names=() commands=()
}

# hyperfine splits the command into words by itself.
contender() {
  names+=("$1")
  commands+=("${*:2}")
}

# A key and a JSON value, kept with the section's results.
note() {
  jq -n --arg key "$1" --argjson value "$2" '{($key): $value}' >>"$work/notes"
}

# Options: --rounds N, --prepare COMMAND, --label TEXT to tell turns of one
# name apart, --as N where each round is a contest of its own.
take_turns() {
  local turns=$rounds prepare=() label='' as='' round
  while (($#)); do
    case $1 in
      --rounds) turns=$2 ;;
      --prepare) prepare=(--prepare "$2") ;;
      --label) label=$2 ;;
      --as) as=$2 ;;
    esac
    shift 2
  done
  for ((round = 1; round <= turns; ++round)); do
    hyperfine -N --style none --runs 1 --export-json "$work/round.json" \
      "${prepare[@]}" "${commands[@]}" >/dev/null 2>"$work/errors" ||
      { cat "$work/errors" >&2 && return 1; }
    jq -c --arg names "$(printf '%s\n' "${names[@]}")" \
      --arg suffix "$label" --argjson round "${as:-$round}" \
      --arg load "$(cut -d' ' -f1 /proc/loadavg)" '
      ($names | rtrimstr("\n") | split("\n")) as $names
      | [.results, $names] | transpose[]
      | {name: (.[1] + $suffix), round: $round, seconds: .[0].mean,
         user: .[0].user, system: .[0].system, command: .[0].command,
         load: ($load | tonumber)}' "$work/round.json" >>"$work/turns"
    tail -n "${#names[@]}" "$work/turns" |
      jq -r '"  \(.name): \(.seconds)s, load \(.load)"'
  done
}

compare() {
  local ratio
  ratio=$(jq -s --arg top "$2" --arg bottom "$3" '
    def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
    def of($name): map(select(.name == $name) | {key: "\(.round)", value: .seconds})
      | from_entries;
    of($top) as $a | of($bottom) as $b
    | [$a | keys[] | select($b[.]) | $a[.] / $b[.]] | median' "$work/turns")
  figure "$1" "$ratio" "$4" "$5"
}

figure() {
  jq -cn --arg section "$section" --arg what "$1" --argjson value "$2" \
    --arg operator "$3" --argjson target "${4/#-/null}" '
    {$section, $what, measured: $value, $operator, $target,
     reached: (if $target == null then null
               elif $operator == "<=" then $value <= $target
               else $value >= $target end)}' | tee -a "$work/comparisons" |
    jq -r '"  \(.what): \(.measured * 1000 | round / 1000)"'
}

machine() {
  jq -n --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
    --argjson cores "$(nproc)" --arg kernel "$(uname -r)" \
    --argjson memory_kib "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" \
    --arg filesystem "$(stat -f -c %T "$folder")" \
    --arg dregs "$("$dregs" --version | head -1)" \
    --arg commit "$(git rev-parse --short HEAD 2>/dev/null)" \
    --arg peer "$(docker-registry --version 2>/dev/null | head -1)" '$ARGS.named'
}

finish_results() {
  jq -n --arg section "$section" --arg title "$title" --argjson took "$1" \
    --arg when "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --argjson machine "$(machine)" --slurpfile notes "$work/notes" \
    --slurpfile turns "$work/turns" --slurpfile comparisons "$work/comparisons" '
    def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
    {$section, $title, $when, seconds_in_all: $took, $machine,
     commands: ($turns | map({(.name): .command}) | add // {}),
     times: ($turns | group_by(.name) | map({(.[0].name):
       {runs: length, median: (map(.seconds) | median),
        least: (map(.seconds) | min), most: (map(.seconds) | max),
        user: (map(.user) | median), system: (map(.system) | median)}})
       | add // {}),
     turns: ($turns | map(del(.command))),
     comparisons: ($comparisons | map(del(.section)))}
    + ($notes | add // {})' >"$results/$section.json"
}

collect_results() {
  local line files=()
  for line in "${sections[@]}"; do
    [[ ! -f $results/${line%% *}.json ]] || files+=("$results/${line%% *}.json")
  done
  jq -s '{schema: "dregs.benchmarks/1", sections: .}' "${files[@]}" \
    >"$results/RESULTS.json"
}

print_results() {
  printf '\n%-13s %-52s %10s %9s  %s\n' section what measured target reached
  jq -r '.sections[] | .section as $section | .comparisons[]
    | [$section, .what, (.measured * 1000 | round / 1000),
       (if .target then "\(.operator) \(.target)" else "-" end),
       (if .reached == null then "" elif .reached then "yes" else "NO" end)]
    | @tsv' "$results/RESULTS.json" |
    while IFS=$'\t' read -r section what measured target reached; do
      printf '%-13s %-52s %10s %9s  %s\n' \
        "$section" "$what" "$measured" "$target" "$reached"
    done
}
