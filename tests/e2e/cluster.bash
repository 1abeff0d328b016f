# shellcheck shell=bash
# Windows on a cluster that a stand-in for kubectl plays. Its state is a few
# files; sleep and date stand in as well, so that no time passes: a second of sleep
# is ten on that clock, or $FAST.

# shellcheck source=tests/e2e/registry.bash
. "${BASH_SOURCE[0]%/*}/registry.bash"

kubernetes=$here/../../deploy/kubernetes
export CLUSTER=$work/cluster POD_NAME=window-1
mkdir "$work/bin"

cat >"$work/bin/sleep" <<'END_OF_SLEEP'
#!/bin/sh
echo $(($(cat "$CLUSTER/time") + ${FAST:-10} * $1)) >"$CLUSTER/time"
END_OF_SLEEP

cat >"$work/bin/date" <<'END_OF_DATE'
#!/bin/sh
cat "$CLUSTER/time"
END_OF_DATE

# Fails the calls that $FAIL names by number, as "7" or "7-", and sends the window
# a SIGTERM in call $TERM_AT. What goes takes a look or two to be gone.
cat >"$work/bin/kubectl" <<'END_OF_KUBECTL'
#!/bin/sh
cd "$CLUSTER" || exit
echo "$*" >>calls
call=$(wc -l <calls)
[ "$call" != "${TERM_AT-}" ] || kill -TERM "$(cat pid)"
case ${FAIL-} in
  "$call") exit 1 ;;
  *-) [ "$call" -lt "${FAIL%-}" ] || exit 1 ;;
esac

# looks_left FILE: whether it is still there; it goes when it was looked at twice
looks_left() {
  [ -e "$1" ] || return
  if [ -e "$1.going" ]; then mv "$1.going" "$1.gone"
  elif [ -e "$1.gone" ]; then rm "$1" "$1.gone"; return 1; fi
}
never() { [ ! -e "$1" ] || echo "$2" >>wrong; }

case "$*" in
  *"scale deployment registry --replicas=0"*) echo 0 >replicas
    [ -n "${HANGS-}" ] || touch registry.going ;;
  *"scale deployment registry --replicas=2"*)
    never collection "started while dregs runs"
    rm -f registry.*; touch registry; echo 2 >replicas ;;
  *"get deployment registry"*matchLabels*) printf app=registry, ;;
  *"get deployment registry"*observedGeneration*)
    [ "$(cat replicas)" != 0 ] || printf stopped ;;
  *"get pods --selector app=registry-window"*) cat windows ;;
  *"get pods --selector app=registry --output name"*)
    looks_left registry && echo pod/registry ;;
  *"get pods --selector job-name in (registry-retain,registry-gc) --output name"*)
    looks_left collection && echo pod/collection ;;
  *"get pods --selector job-name=registry-retain"*phase*)
    [ ! -e collection ] || printf '%s' "${RETAIN_PHASE-Running }" ;;
  *"get pods --selector job-name=registry-gc"*phase*)
    [ ! -e collection ] || printf '%s' "${PHASE-Running }" ;;
  *"get pods --selector job-name=registry-retain"*exitCode*) printf '%s' "${RETAIN_CODE-0}" ;;
  *"get pods --selector job-name=registry-gc"*exitCode*) printf '%s' "${EXIT_CODE-0}" ;;
  *"create --filename "*/retain.yaml | *"create --filename "*/gc.yaml)
    never registry "dregs runs while the registry does"
    never job "two Jobs"
    never collection "two pods of dregs"
    touch job collection job.works job.works.going
    echo "${*##*/}" >>made ;;
  *"get job registry-retain --ignore-not-found"* | *"get job registry-gc --ignore-not-found"*)
    [ ! -e job ] || { printf 'is '; looks_left job.works || printf %s "${END-Complete}"; } ;;
  *"logs job/registry-retain"* | *"logs job/registry-gc"*) echo "the report of dregs" ;;
  *"delete job registry-retain registry-gc"*) rm -f job job.works.gone
    [ -e collection.gone ] || touch collection.going ;;
  *) echo "no such call: $*" >>wrong ;;
esac
exit 0
END_OF_KUBECTL
chmod +x "$work/bin/"*

# new_cluster: with a registry of two replicas that serves
new_cluster() {
  rm -rf "$CLUSTER"
  mkdir "$CLUSTER"
  echo 1000000 >"$CLUSTER/time"
  echo 2 >"$CLUSTER/replicas"
  echo "pod/$POD_NAME" >"$CLUSTER/windows"
  touch "$CLUSTER/registry"
}

# window [NAME=VALUE...]: with these for the window and for kubectl
window() {
  env REPLICAS=2 PATH="$work/bin:$PATH" "$@" sh -c \
    'echo $$ >"$CLUSTER/pid"; exec sh "$0"' "$kubernetes/window" \
    >"$work/said" 2>&1
}

# expect_made FILE...: the Jobs that there were, in their order
expect_made() {
  [[ $(xargs <"$CLUSTER/made") == "$*" ]] || fail "made $(xargs <"$CLUSTER/made"), not $*"
}

calls() { wc -l <"$CLUSTER/calls"; }

expect_nothing_wrong() {
  [[ ! -e $CLUSTER/wrong ]] || fail "$1: $(<"$CLUSTER/wrong"): $(<"$CLUSTER/calls")"
}

expect_started() {
  expect_nothing_wrong "$1"
  [[ $(<"$CLUSTER/replicas") == 2 && -e $CLUSTER/registry ]] ||
    fail "$1: the registry is down: $(<"$work/said")"
}
