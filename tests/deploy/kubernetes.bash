# shellcheck shell=bash
# The window of deploy/kubernetes on a real registry, which the API server of these tests
# starts and stops by what the Deployment says.

# shellcheck source=tests/deploy/containers.bash
. "${BASH_SOURCE[0]%/*}/containers.bash"

# Rolls out: no replicas, with the variable, or as ever.
cat >"$work/roll-out" <<'END_OF_ROLL_OUT'
#!/bin/bash
replicas=$(jq .spec.replicas "$1")
readonly=$(jq -r '.spec.template.spec.containers[0].env // [] | map(select(.name == "REGISTRY_STORAGE_MAINTENANCE"))[0].value // ""' "$1")
if ((replicas == 0)); then
  ./stop
elif [[ $readonly == *enabled:\ true* ]]; then
  ./readonly
else
  [[ ! -e /proc/$(<pid)/exe ]] || ./stop
  ./start
fi
END_OF_ROLL_OUT
sed -i "2i cd '$work' || exit" "$work/roll-out"
chmod +x "$work/roll-out"
export ON_ROLL_OUT=$work/roll-out ON_JOB=$work/job

# dregs_runs COMMAND: what a Job does, with its arguments in `arguments`
dregs_runs() {
  {
    printf '#!/bin/bash\n'
    declare -p work deploy volumes here limits root DREGS
    declare -f container podman
    echo "in_its_container() { container '$work/last-job' dregs; }"
    echo "mapfile -t arguments < <(jq -r '.spec.template.spec.containers[0].args[]' \"\$1\")"
    echo "cp \"\$1\" $work/last-job"
    echo "$1"
  } >"$work/job"
  chmod +x "$work/job"
}

# The programs that the window's image has: busybox, and what is added to it. Debian's
# busybox has no comm and no flock, Alpine's has.
path_of_the_image() {
  type -P busybox >/dev/null || { echo "$PATH" && return; }
  mkdir -p "$work/image-bin"
  busybox --list | while IFS= read -r name; do
    ln -sf "$(type -P busybox)" "$work/image-bin/$name"
  done
  for name in bash curl jq kubectl comm flock; do
    ln -sf "$(type -P "$name")" "$work/image-bin/$name"
  done
  echo "$work/image-bin"
}

# kubernetes_conf LINE...: deploy/kubernetes/window.conf, for this registry
kubernetes_conf() {
  cp "$deploy/kubernetes/job.yaml" "$work/job.yaml"
  sed -e "s|^URL=.*|URL=http://$registry|" -e "s|^LOCK_FILE=.*|LOCK_FILE=$work/lock|" \
    -e "s|/etc/registry-retention|$work/retention|" -e "s|/etc/registry-login|$work/login|" \
    "$deploy/kubernetes/window.conf" >"$work/window.conf"
  printf '%s\n' MAX_DELETE=100 START_TIMEOUT=20 "$@" >>"$work/window.conf"
}

kubernetes_window() {
  HOME=$work POD_NAME=window-1 "$window_folder/dregs-window" --config "$work/window.conf" "$@"
}

# litter WORD: garbage that no push has to make
litter() {
  local digest
  digest=$(echo "$1" | sha256sum | cut -d' ' -f1)
  mkdir -p "$root/docker/registry/v2/blobs/sha256/${digest:0:2}/$digest"
  echo "$1" >"$root/docker/registry/v2/blobs/sha256/${digest:0:2}/$digest/data"
}
