# shellcheck shell=bash disable=SC2154
# What is said, and who is told.

outcome() {
  case $1 in
    0) echo "done" ;;
    1) echo "done, but something is corrupt, missing or pinned" ;;
    2) echo "could not run" ;;
    3) echo "refused, nothing was deleted" ;;
    4) echo "stopped part way" ;;
    "$not_started") echo "THE REGISTRY IS DOWN" ;;
    "$not_usable")
      if ((undone)); then
        echo "UNDONE: the registry did not serve as before, and what went was put back"
      else
        echo "the registry is up, but does not serve as it should"
      fi
      ;;
    *) echo "interrupted" ;;
  esac
}

# Names both programs where they ended differently.
outcome_of_window() {
  if ((${#RETAIN_OPTIONS[@]} && retain_code != gc_code && $1 < not_started)); then
    echo "retain: $(outcome "$retain_code"); gc: $(outcome "$gc_code")"
  else
    outcome "$1"
  fi
}

# Hooks are told, never obeyed.
notify() {
  local code=$1 subject
  subject="dregs-window on $(hostname): $(outcome_of_window "$code")"
  [[ -z $NOTIFY_COMMAND ]] ||
    DREGS_EXIT_CODE=$code bash -c "$NOTIFY_COMMAND" <"$report" {lock}>&- ||
    complain "NOTIFY_COMMAND failed"
  [[ -z $MAIL_TO ]] || mail -s "$subject" "$MAIL_TO" <"$report" ||
    complain "no mail could be sent to $MAIL_TO"
  [[ -z $WEBHOOK_URL ]] ||
    jq -n --arg text "$subject" --argjson exit_code "$code" \
      --rawfile report "$report" '$ARGS.named' |
    curl -fsS --max-time 30 -o /dev/null -H 'Content-Type: application/json' \
      --data-binary @- "$WEBHOOK_URL" ||
    complain "the webhook $WEBHOOK_URL could not be called"
}

close_window() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  ((signalled == 0)) || code=$signalled
  give_back || code=$?
  ((code == not_started || went == 0 || judged)) || judge || code=$?
  ((signalled == 0 || ${#runs[@]} == 0 || undone)) ||
    say "what this window moved stays in the trash: ${runs[*]}"
  say "$(outcome_of_window "$code") (exit code $code)"
  sync_report
  notify "$code"
  rm -rf "$scratch"
  exit "$code"
}

# What was said so far is in the report before anybody is told.
sync_report() {
  exec >&3 2>&4
  wait "$copier" 2>/dev/null
  [[ -z $LOG_FILE ]] || cat "$report" >>"$LOG_FILE" ||
    complain "cannot write LOG_FILE $LOG_FILE"
}

open_report() {
  scratch=$(mktemp -d) || die "cannot make a temporary folder"
  report=$scratch/report
  exec 3>&1 4>&2
  exec > >(exec tee "$report" >&3 {lock}>&-) 2>&1
  copier=$!
}
