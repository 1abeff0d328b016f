# shellcheck shell=bash disable=SC2154
# Programs that the window waits for, and signals that are for them.

# attend COMMAND...: in the background, so that a signal for the window reaches it at
# once.
attend() {
  "$@" {lock}>&- &
  await_child $!
}

# As attend, for what removes: it keeps the lock, so that nobody starts the registry
# while it is at work, should the window be killed.
attend_locked() {
  "$@" &
  await_child $!
}

await_child() {
  local code=0
  child=$1
  wait "$child" || code=$?
  # A signal ends wait(1) before the child.
  while kill -0 "$child" 2>/dev/null; do
    wait "$child" || code=$?
  done
  child=''
  return "$code"
}

forward() {
  signalled=$1
  # A shell in the background heeds no SIGINT.
  [[ $RUN_WITH != kubernetes ]] || set -- "$1" TERM
  [[ -z $child ]] || kill -"$2" "$child" 2>/dev/null
}
