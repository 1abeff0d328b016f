# shellcheck shell=bash disable=SC2154
# The registry goes away, stopped or read-only, and comes back, whatever happened.
#
# LOCK_FILE says "stopped" or "readonly" for as long as it is away, so that a window
# that was killed is made up for: by the next one, or by --put-back. In Kubernetes the
# Deployment says it.

# What it starts may stay, as podman's conmon does, and must not hold the lock.
control() {
  local verb=$1
  case $RUN_WITH in
    systemd) systemctl "$verb" "$UNIT" {lock}>&- ;;
    docker | podman) "$RUN_WITH" "$verb" "$CONTAINER" >"$scratch/control" {lock}>&- ;;
    compose)
      docker compose -f "$COMPOSE_FILE" "$verb" "$COMPOSE_SERVICE" {lock}>&-
      ;;
    kubernetes)
      if [[ $verb == stop ]]; then stop_in_cluster; else give_back_in_cluster; fi
      ;;
    commands)
      local command=$STOP_COMMAND
      [[ $verb == stop ]] || command=$START_COMMAND
      bash -c "$command" {lock}>&-
      ;;
  esac
}

take_away() {
  fix_span
  went=1
  if [[ $READONLY == yes ]]; then make_readonly; else stop_registry; fi
}

note_away() {
  away=$1
  echo "$away" >"$LOCK_FILE" || complain "cannot write LOCK_FILE $LOCK_FILE"
}

stop_registry() {
  say "stopping the registry"
  note_away stopped
  control stop || { complain "the registry could not be stopped"; return "$could_not_run"; }
}

# Once, on whatever way out.
give_back() {
  local how=$away
  [[ -n $how ]] || return 0
  away=''
  say "starting the registry"
  if [[ $how == readonly ]]; then leave_readonly; else control start; fi ||
    { complain "THE REGISTRY COULD NOT BE STARTED; start it by hand"; return "$not_started"; }
  : >"$LOCK_FILE"
}

is_answering() { curl -sk --max-time 5 -o "$scratch/answer" "${URL%/}/v2/"; }

find_away() {
  if [[ $RUN_WITH == kubernetes ]]; then
    find_away_in_cluster || { complain "the cluster does not tell how the registry is"; return "$not_started"; }
  else
    away=$(head -c 100 "$LOCK_FILE")
  fi
}

# START_COMMAND need not bear to be called where the registry runs.
put_back_after_a_kill() {
  find_away || return
  [[ -n $away ]] || return 0
  complain "an earlier window was killed, or could not start the registry, and left it $away"
  if [[ $away == stopped && $RUN_WITH != kubernetes ]] && is_answering; then
    say "it runs again"
    away=''
    : >"$LOCK_FILE"
  fi
  give_back
}
