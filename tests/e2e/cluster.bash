# shellcheck shell=bash
# Windows on a cluster that a stand-in for kubectl plays. Its state is a few
# files; sleep and date stand in as well, so that no time passes: a second of sleep
# is ten on that clock, or $FAST. So does curl, for the registry.

# shellcheck source=tests/e2e/registry.bash
. "${BASH_SOURCE[0]%/*}/registry.bash"

kubernetes=$here/../../deploy/kubernetes
export CLUSTER=$work/cluster POD_NAME=window-1 TEMPLATES=$work/templates
mkdir "$work/bin" "$TEMPLATES"
/usr/bin/python3 -c 'import yaml' 2>"$work/error" || skip "no python3-yaml here"
for template in "$kubernetes/job.yaml" "$kubernetes/retention/retain.yaml"; do
  /usr/bin/python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
    <"$template" >"$TEMPLATES/${template##*/}"
done

cat >"$TEMPLATES/gc" <<'END_OF_GC'
{"root": "/var/lib/registry", "bytes": {"removed": 2048, "total": 9000},
"blobs": {"removed": 1, "total": 2}, "manifests": {"removed": 0}, "layer_links": {"removed": 0},
"tag_history": {"removed": 0}, "uploads": {"removed": 0}, "temporary_files": {"removed": 0},
"findings": []
}
END_OF_GC

cat >"$work/bin/sleep" <<'END_OF_SLEEP'
#!/bin/bash
echo $(($(<"$CLUSTER/time") + ${FAST:-10} * ${1%.*})) >"$CLUSTER/time"
END_OF_SLEEP

cat >"$work/bin/date" <<'END_OF_DATE'
#!/bin/bash
echo "$(<"$CLUSTER/time")"
END_OF_DATE

# Whether pushes are taken is what the proof asks for.
cat >"$work/bin/curl" <<'END_OF_CURL'
#!/bin/bash
[[ -e $CLUSTER/pod ]] || exit 7
code=200
[[ " $* " != *" POST "* ]] || { grep -q 'readonly: {enabled: true}' "$CLUSTER/pod" && code=405 || code=202; }
while (($#)); do
  case $1 in
    -o) echo '{"repositories": ["app"], "tags": ["latest"]}' >"$2" ;;
    -D) : >"$2" ;;
  esac
  shift
done
printf %s $code
END_OF_CURL

# What a strategic merge does, as far as the window asks for it.
cat >"$TEMPLATES/merge.jq" <<'END_OF_MERGE'
def merge($patch):
  if ($patch | type) == "object" then
    reduce ($patch | to_entries[]) as $e (if type == "object" then . else {} end;
      if $e.value == null then del(.[$e.key]) else .[$e.key] |= merge($e.value) end)
  elif ($patch | type) == "array" then
    reduce $patch[] as $one (. // [];
      (map(.name == $one.name) | index(true)) as $at
      | if $one["$patch"] == "delete" then map(select(.name != $one.name))
        elif $at == null then . + [null | merge($one)]
        else .[$at] |= merge($one) end)
  else $patch end;
.spec as $before | merge($patch) | walk(if type == "object" then with_entries(select(.value != [])) else . end) | if .spec != $before then .metadata.generation += 1 else . end
END_OF_MERGE

# With $HANGS the registry's first pod never goes.
#
# Fails the calls that $FAIL names by number, as "7" or "7-", sends the window a SIGTERM in
# call $TERM_AT, and ends all of it in call $KILL_AT. What goes takes a look or two to be
# gone. "pod" is the registry's pod, and pod.going one that goes.
cat >"$work/bin/kubectl" <<'END_OF_KUBECTL'
#!/bin/bash
cd "$CLUSTER" || exit
echo "$*" >>calls
mapfile -t called <calls
call=${#called[@]}
[[ $call != "${TERM_AT-}" ]] || kill -TERM "$(<pid)"
[[ $call != "${KILL_AT-}" ]] || kill -KILL -"$(<pid)"
case ${FAIL-} in
  "$call") exit 1 ;;
  *-) ((call < ${FAIL%-})) || exit 1 ;;
esac

# looks_left FILE: whether it is still there; it goes when it was looked at twice
looks_left() {
  [[ -e $1 ]] || return
  [[ $1 != pod.going || -z ${HANGS-} ]] || return 0
  if [[ -e $1.looked ]]; then rm "$1" "$1.looked"; return 1; fi
  touch "$1.looked"
}
wrong() { echo "$*" >>wrong; }
is_writable() { grep -sqv 'readonly: {enabled: true}' pod pod.going; }
removes() { [[ $(<made-last) =~ ^(gc|retain|trash restore) && $(<made-last) != *--dry-run* ]]; }

roll_out() {
  jq '.metadata.generation as $g
    | .status = {observedGeneration: $g, replicas: .spec.replicas, updatedReplicas: .spec.replicas}' new >deployment
  if [[ -n ${HANGS-} && -e pod.going ]]; then rm -f pod
  elif [[ -e pod ]]; then rm -f pod.going.looked; mv pod pod.going; fi
  [[ $(jq .spec.replicas deployment) == 0 ]] ||
    jq -c .spec.template.spec deployment >pod
  [[ ! -e collection ]] || ! removes || ! is_writable || wrong "it can write while dregs removes"
}

print_log() {
  case $(<made-last) in
    gc*--dry-run*--json*) cat "$TEMPLATES/gc" ;;
    retain*--dry-run*--json*)
      echo '{"totals": {"tags_removed": 1, "manifests_removed": 1, "tags_kept": 1}, "frees": 0, "tags": []}' ;;
    trash\ ls*) echo '{"runs": []}' ;;
    gc*) printf 'the report of dregs\nto the trash as 20260101T000000Z-1\n' ;;
    *) echo "the report of dregs" ;;
  esac
}

code() {
  case $(<made-last) in
    *--dry-run* | trash*) printf 0 ;;
    retain*) printf %s "${RETAIN_CODE-0}" ;;
    *) printf %s "${EXIT_CODE-0}" ;;
  esac
}

case "$*" in
  *"get deployment registry"*)
    cat deployment ;;
  *"patch deployment registry"*)
    jq --argjson patch "${@: -1}" -f "$TEMPLATES/merge.jq" deployment >new
    roll_out ;;
  *"get pods --selector app=registry-window"*) cat windows ;;
  *"get pods --selector app=registry --output name"*)
    [[ ! -e pod ]] || echo pod/registry-1
    ! looks_left pod.going || echo pod/registry-0 ;;
  *"get pods --selector app=registry --output json"*)
    looks_left pod.going
    cat pod pod.going 2>/dev/null | sed 's/.*/{"spec": &},/; $s/,$//; 1s/^/{"items": [/; $s/$/]}/' ;;
  *"get pods --selector job-name in (registry-dregs,registry-retain) --output name"*)
    ! looks_left collection || echo pod/collection ;;
  *"get pods --selector job-name="*phase*)
    [[ ! -e collection ]] || if [[ $(<made-last) == *--dry-run* ]]; then echo "Running "; else printf '%s' "${PHASE-Running }"; fi ;;
  *"get pods --selector job-name="*exitCode*) code ;;
  *"create --dry-run=client "*) cat "$TEMPLATES/$(basename "${@: -1}")" ;;
  *"create --filename "*)
    jq -r '.spec.template.spec.containers[0].args | join(" ")' "${@: -1}" >made-last
    cat made-last >>made
    [[ ! -e job ]] || wrong "two Jobs"
    [[ ! -e collection ]] || wrong "two pods of dregs"
    ! removes || ! is_writable || wrong "dregs removes while the registry can write"
    touch job collection job.works ;;
  *"get job registry-dregs registry-retain"*name*) [[ ! -e job ]] || echo job/registry-dregs ;;
  *"get job registry-"*) [[ ! -e job ]] || { printf 'is '; looks_left job.works || printf %s "${END-Complete}"; } ;;
  *"logs job/registry-"*) print_log ;;
  *"delete job registry-dregs registry-retain"*) rm -f job job.works* ;;
  *) wrong "no such call: $*" ;;
esac
exit 0
END_OF_KUBECTL
chmod +x "$work/bin/"*

# new_cluster: with a registry of two replicas that serves
new_cluster() {
  rm -rf "$CLUSTER"
  mkdir "$CLUSTER"
  echo 1000000 >"$CLUSTER/time"
  echo "pod/$POD_NAME" >"$CLUSTER/windows"
  jq -n '{metadata: {name: "registry", generation: 1}, status: {observedGeneration: 1}, spec: {replicas: 2,
    selector: {matchLabels: {app: "registry"}}, template: {spec: {containers: [{name: "registry"}]}}}}' \
    >"$CLUSTER/deployment"
  jq -c .spec.template.spec "$CLUSTER/deployment" >"$CLUSTER/pod"
  cp "$CLUSTER/deployment" "$work/deployment"
}

# window [NAME=VALUE...]: with these for the window and for kubectl
window() {
  sed -e "s|^LOCK_FILE=.*|LOCK_FILE=$work/lock|" "$kubernetes/window.conf" >"$work/window.conf"
  {
    echo "JOB_TEMPLATE=$kubernetes/job.yaml RETAIN_TEMPLATE=$kubernetes/retention/retain.yaml"
    env "$@" bash -c 'echo "START_TIMEOUT=1 DEADLINE= READONLY=${READONLY-yes} TRASH=${TRASH-}"
      [[ -z ${TAGS-} ]] || echo "RETAIN_OPTIONS=(--policy /etc/dregs/retention.yml)"'
  } >>"$work/window.conf"
  env PATH="$work/bin:$PATH" "$@" setsid --wait bash -c \
    'echo $$ >"$CLUSTER/pid"; exec "$0" --config "$1"' \
    "$here/../../window/dregs-window" "$work/window.conf" >"$work/said" 2>&1
}

# expect_made COMMAND...: the Jobs that removed, in their order
expect_made() {
  local made
  made=$(grep -v -e --dry-run -e ^trash "$CLUSTER/made" | cut -d' ' -f1 | xargs) || true
  [[ $made == "$*" ]] || fail "made $made, not $*"
}

calls() { wc -l <"$CLUSTER/calls"; }

expect_nothing_wrong() {
  [[ ! -e $CLUSTER/wrong ]] || fail "$1: $(<"$CLUSTER/wrong"): $(<"$CLUSTER/calls")"
}

# As it was, writable, and nothing of the window is left.
expect_started() {
  expect_nothing_wrong "$1"
  local what
  what=$(jq -cS '[.spec, .metadata.annotations // {}]' "$CLUSTER/deployment")
  [[ $what == "$(jq -cS '[.spec, {}]' "$work/deployment")" && -e $CLUSTER/pod ]] &&
    ! grep -q 'enabled: true' "$CLUSTER/pod" || fail "$1: the registry is $what: $(<"$work/said")"
  [[ ! -e $CLUSTER/job ]] || fail "$1: a Job is left: $(<"$work/said")"
}
