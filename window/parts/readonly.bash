# shellcheck shell=bash disable=SC2154
# READONLY=yes: the registry is restarted with one variable more, and afterwards as it
# was. The operator's own unit, container and files stay as they are:
#
# systemd  a drop-in in /run, which no restart of the machine outlives
# docker,  a second container, made from what the first one has (image, environment,
# podman   volumes, ports, networks), while that one is stopped: what is never removed
#          need not be made anew, and starts again after whatever happened
# compose  the service made anew with a second file, and then without
# kubernetes  the Deployment rolled out with the variable, and then without
# commands READONLY_COMMAND; STOP_COMMAND and START_COMMAND lead back
#
# No purging of uploads: a registry that does that writes.
readonly readonly_yaml='{readonly: {enabled: true}, uploadpurging: {enabled: false}}'
readonly readonly_variable=REGISTRY_STORAGE_MAINTENANCE=$readonly_yaml

make_readonly() {
  say "restarting the registry read-only: pulls go on"
  if [[ $RUN_WITH == docker || $RUN_WITH == podman ]]; then
    make_second_container || { complain "no second container like $CONTAINER could be made"; return "$could_not_run"; }
  fi
  note_away readonly
  restart_readonly {lock}>&- || { complain "the registry could not be restarted read-only"; return "$could_not_run"; }
  ((signalled == 0)) || return "$signalled"
  prove_readonly
}

restart_readonly() {
  case $RUN_WITH in
    systemd)
      mkdir -p "$(drop_in_folder)" &&
        printf '[Service]\nEnvironment="%s"\n' "$readonly_variable" \
          >"$(drop_in_folder)/dregs-readonly.conf" &&
        systemctl daemon-reload && systemctl restart "$UNIT"
      ;;
    docker | podman) control stop && "$RUN_WITH" start "$CONTAINER-readonly" >"$scratch/control" ;;
    compose)
      print_second_file >"$scratch/readonly.yaml" &&
        make_service_anew -f "$scratch/readonly.yaml"
      ;;
    kubernetes) restart_readonly_in_cluster ;;
    commands) bash -c "$READONLY_COMMAND" ;;
  esac
}

leave_readonly() {
  case $RUN_WITH in
    systemd)
      rm -f "$(drop_in_folder)/dregs-readonly.conf"
      rmdir "$(drop_in_folder)" 2>/dev/null
      systemctl daemon-reload
      systemctl restart "$UNIT" {lock}>&-
      ;;
    docker | podman)
      "$RUN_WITH" rm --force "$CONTAINER-readonly" >"$scratch/control" 2>&1
      control start
      ;;
    compose) make_service_anew {lock}>&- ;;
    kubernetes) give_back_in_cluster ;;
    commands)
      control stop
      control start
      ;;
  esac
}

drop_in_folder() {
  local unit=$UNIT
  [[ $unit == *.* ]] || unit+=.service
  echo "/run/systemd/system/$unit.d"
}

print_second_file() {
  printf 'services: {"%s": {environment: {%s: "%s"}}}\n' "$COMPOSE_SERVICE" \
    "${readonly_variable%%=*}" "$readonly_yaml"
}

make_service_anew() {
  docker compose -f "$COMPOSE_FILE" "$@" up --detach --no-deps --no-build "$COMPOSE_SERVICE"
}

# What the second container has from the first, as the options of "create". A
# container's name is how others of its network find it.
readonly second_container='
  def each(option): (. // []) | map(option, .);
  .[0] as $c | $c.HostConfig as $h
  | ($c.Config.Entrypoint // [] | if type == "string" then split(" ") else . end) as $entry
  | ($h.NetworkMode // "default") as $network
  | ["--name", $name + "-readonly", "--volumes-from", $name, "--env", $variable]
  + ($c.Config.Env | map(select(startswith("REGISTRY_STORAGE_MAINTENANCE=") | not)) | each("--env"))
  + ($c.Config.Labels // {} | to_entries
     | map(select(.key | startswith("com.docker.compose") | not) | .key + "=" + .value) | each("--label"))
  + (if ($c.Config.User // "") == "" then [] else ["--user", $c.Config.User] end)
  + (if ($c.Config.WorkingDir // "") == "" then [] else ["--workdir", $c.Config.WorkingDir] end)
  + (if $h.ReadonlyRootfs then ["--read-only"] else [] end)
  + ($h.CapAdd | each("--cap-add")) + ($h.CapDrop | each("--cap-drop"))
  + ($h.SecurityOpt | each("--security-opt")) + ($h.ExtraHosts | each("--add-host"))
  + (if $network == "default" then [] else ["--network", $network] end)
  + (if ($network | test("^(default|bridge|host|none|private|pasta.*|slirp4netns.*|(container|ns):.*)$")) then []
     else ([$name] + ($c.NetworkSettings.Networks[$network].Aliases // []) | unique | each("--network-alias")) end)
  + [$h.PortBindings // {} | to_entries[] | .key as $port | .value[]?
     | "--publish", (if (.HostIp // "") == "" then "" elif .HostIp | contains(":") then "[\(.HostIp)]:" else .HostIp + ":" end)
       + .HostPort + ":" + $port]
  + (if $entry == [] then [] else ["--entrypoint", $entry[0]] end)
  + [$c.Image] + $entry[1:] + ($c.Config.Cmd // [])
  | map(. + "\u0000") | add'

make_second_container() {
  local options network
  "$RUN_WITH" rm --force "$CONTAINER-readonly" >"$scratch/control" 2>&1
  "$RUN_WITH" inspect --type container "$CONTAINER" >"$scratch/container.json" || return
  jq -j --arg name "$CONTAINER" --arg variable "$readonly_variable" \
    "$second_container" "$scratch/container.json" >"$scratch/options" || return
  mapfile -d '' options <"$scratch/options"
  "$RUN_WITH" create "${options[@]}" >"$scratch/control" {lock}>&- || return
  jq -r '.[0] | .HostConfig.NetworkMode as $mode
    | .NetworkSettings.Networks // {} | keys[] | select(. != $mode and . != "bridge" and . != "podman" and . != "host")' \
    "$scratch/container.json" >"$scratch/networks"
  while IFS= read -r network; do
    "$RUN_WITH" network connect --alias "$CONTAINER" "$network" "$CONTAINER-readonly" || return
  done <"$scratch/networks"
}

# Before anything goes: the registry that answers at URL takes no push.
prove_readonly() {
  ask_smoke_test env READ_ONLY=yes && return
  complain "it is not certain that the registry takes no pushes, so nothing is removed"
  return "$refused"
}
