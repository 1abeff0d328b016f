# shellcheck shell=bash disable=SC2034
# What window.conf says, and what holds where it says nothing.

defaults() {
  RUN_WITH='' UNIT='' CONTAINER='' COMPOSE_FILE='' COMPOSE_SERVICE=''
  DEPLOYMENT='' JOB_TEMPLATE='' RETAIN_TEMPLATE=''
  STOP_COMMAND='' START_COMMAND='' READONLY=no READONLY_COMMAND=''
  SNAPSHOT_COMMAND=''
  DREGS=dregs DREGS_OPTIONS=() RETAIN_OPTIONS=() GC_OPTIONS=()
  MAX_DELETE=50 DEADLINE='' TRASH='' TRASH_DAYS=0
  VERIFY_SHARDS=0 VERIFY_OPTIONS=()
  SMOKE_TEST=yes URL=http://127.0.0.1:5000 REGISTRY_USER='' PASSWORD_FILE=''
  CA_FILE='' START_TIMEOUT=60
  LOG_FILE='' METRICS_FILE='' RECORD_FILE='' NOTIFY_COMMAND='' MAIL_TO='' WEBHOOK_URL=''
  LOCK_FILE=/run/dregs-window.lock
}

read_configuration() {
  [[ -r $config ]] || die "cannot read $config; --config FILE names another"
  # shellcheck source=window/window.conf
  . "$config" || die "$config: see the error above"
  check_how_it_runs
  [[ $MAX_DELETE =~ ^[0-9]+$ ]] || die "$config: MAX_DELETE is '$MAX_DELETE'; write a percentage"
  [[ $TRASH =~ ^(yes|no)?$ ]] || die "$config: TRASH is '$TRASH'; write yes or no"
  [[ $TRASH_DAYS =~ ^[0-9]{1,4}$ ]] || die "$config: TRASH_DAYS is '$TRASH_DAYS'; write a number of days"
  [[ $TRASH != no || $TRASH_DAYS == 0 ]] || die "$config: TRASH_DAYS needs TRASH=yes"
  [[ -z $PASSWORD_FILE || -r $PASSWORD_FILE ]] ||
    die "$config: cannot read PASSWORD_FILE $PASSWORD_FILE"
  [[ -z $CA_FILE || -r $CA_FILE ]] || die "$config: cannot read CA_FILE $CA_FILE"
  command -v "$DREGS" >/dev/null || die "$config: DREGS is '$DREGS', which is no program"
  local program
  for program in flock curl jq; do
    command -v "$program" >/dev/null || die "needs $program"
  done
}

check_how_it_runs() {
  case $RUN_WITH in
    systemd) require UNIT ;;
    docker | podman) require CONTAINER ;;
    compose) require COMPOSE_FILE COMPOSE_SERVICE ;;
    kubernetes) set_up_jobs ;;
    commands) require STOP_COMMAND START_COMMAND ;;
    *) die "$config: RUN_WITH is '$RUN_WITH'; write systemd, docker, podman, compose, kubernetes or commands" ;;
  esac
  case $READONLY in
    no) ;;
    yes)
      [[ $RUN_WITH != commands || -n $READONLY_COMMAND ]] ||
        die "$config: READONLY=yes needs READONLY_COMMAND, which restarts the registry with REGISTRY_STORAGE_MAINTENANCE='$readonly_yaml'; or leave READONLY out"
      ;;
    *) die "$config: READONLY is '$READONLY'; write yes or no" ;;
  esac
}

set_up_jobs() {
  require DEPLOYMENT
  JOB_TEMPLATE=${JOB_TEMPLATE:-$(dirname "$config")/job.yaml}
  [[ -r $JOB_TEMPLATE ]] || die "$config: cannot read JOB_TEMPLATE $JOB_TEMPLATE"
  [[ $DREGS != dregs ]] || DREGS=$here/dregs-job
  command -v kubectl >/dev/null || die "needs kubectl"
  export DEPLOYMENT CONTAINER JOB_TEMPLATE RETAIN_TEMPLATE
}

require() {
  local name
  for name; do
    [[ -n ${!name} ]] || die "$config: RUN_WITH=$RUN_WITH needs $name"
  done
}

# has_option NAME WORD...: whether it stands among the words
has_option() {
  local name=$1 word
  shift
  for word; do
    [[ $word != "$name" && $word != "$name="* ]] || return 0
  done
  return 1
}
