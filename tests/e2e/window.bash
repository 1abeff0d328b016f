# shellcheck shell=bash
# A registry that an operator's own commands stop and start, and windows on it.

# shellcheck source=tests/e2e/stock.bash
. "${BASH_SOURCE[0]%/*}/stock.bash"

window_folder=$here/../../window
helpers=()  # process ids of what a test starts besides
trap 'close $?' EXIT

close() {
  kill "${helpers[@]}" 2>/dev/null || true
  server=$(cat "$work/pid" 2>/dev/null || true)
  clean_up "$1"
}

cat >"$work/start" <<'END'
#!/bin/bash
echo start >>calls
setsid docker-registry serve config.yml >>server.log 2>&1 </dev/null &
echo $! >pid
END
cat >"$work/stop" <<'END'
#!/bin/bash
echo stop >>calls
kill "$(<pid)"
# What nobody has buried yet has no program any more.
while [[ -e /proc/$(<pid)/exe ]]; do sleep 0.05; done
END
# As READONLY_COMMAND: with the variable that the window's own ways of restarting set.
cat >"$work/readonly" <<'END'
#!/bin/bash
./stop && sed -i '$s/stop/readonly/' calls &&
  REGISTRY_STORAGE_MAINTENANCE='{readonly: {enabled: true}, uploadpurging: {enabled: false}}' ./start &&
  sed -i '$d' calls
END
sed -i "2i cd '$work' || exit" "$work/start" "$work/stop" "$work/readonly"
chmod +x "$work/start" "$work/stop" "$work/readonly"

# open_registry [YAML]: what follows its storage section.
open_registry() {
  for _ in {1..20}; do
    registry=127.0.0.1:$((${E2E_FIRST_PORT:-5150} + RANDOM % 50))
    is_listening && continue
    write_config "$root" "${1-}"
    "$work/start"
    server=$(<"$work/pid")
    await_up && return
    "$work/stop" 2>>"$work/server.log" || true
  done
  fail "no registry could be started"
}

# Also where whoever has no user is refused.
await_up() {
  for _ in {1..100}; do
    kill -0 "$server" 2>/dev/null || return 1
    ! is_up || return 0
    sleep 0.1
  done
  return 1
}

# window_conf [LINE...]: a configuration with these lines at its end.
window_conf() {
  printf '%s\n' RUN_WITH=commands "STOP_COMMAND=$work/stop" \
    "START_COMMAND=$work/start" "DREGS=$DREGS" \
    "DREGS_OPTIONS=(--config $work/config.yml)" "URL=http://$registry" \
    "LOCK_FILE=$work/lock" START_TIMEOUT=20 "$@" >"$work/window.conf"
}

window() { "$window_folder/dregs-window" --config "$work/window.conf" "$@"; }

# The operator's commands since the last question.
calls() {
  xargs <"$work/calls"
  : >"$work/calls"
}

# What a push is told when it begins.
push_status() {
  curl -so /dev/null -w '%{http_code}' -X POST "http://$registry/v2/$1/blobs/uploads/"
}

is_up() { curl -so /dev/null "http://$registry/v2/"; }
