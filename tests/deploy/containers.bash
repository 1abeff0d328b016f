# shellcheck shell=bash
# A real registry, and the containers of deploy/ on its folder.

# shellcheck source=tests/e2e/window.bash
. "${BASH_SOURCE[0]%/*}/../e2e/window.bash"
# shellcheck source=tests/image/engine.bash
. "${BASH_SOURCE[0]%/*}/../image/engine.bash"

deploy=$here/../../deploy
volumes=$work/volumes
mkdir "$volumes"
ln -s "$root" "$volumes/storage"

fill_registry() {
  open_registry ""
  image base base
  stock_docker_images
  stock_oci_images
  use_registry
  pull_all | sort >"$work/before"
  calls >/dev/null
}

expect_served() {
  pull_all | sort >"$work/after"
  same "what is served before and after" "$work/before" "$work/after"
}

# container FILE NAME [KEY=VALUE...] [-- ARGUMENT...]: as FILE of deploy/ says; the
# arguments stand in the place of a service's command.
container() {
  local arguments file=$1 environment=()
  [[ $file == /* ]] || file=$deploy/$file
  while (($# > 2)) && [[ $3 != -- ]]; do
    environment+=("$3")
    set -- "$1" "$2" "${@:4}"
  done
  mapfile -t arguments < <("$here/../deploy/podman_arguments" \
    "$file" "$2" "$volumes" "${environment[@]}")
  # Containers here have no network of their own, only this host's or none.
  [[ " ${arguments[*]} " == *" --network="* ]] || arguments=(--network=host "${arguments[@]}")
  podman run --rm "${limits[@]:2}" "${arguments[@]}" "${@:4}"
}

# stand_in NAME <SCRIPT: a program before all others of this name, which knows
# the test's folders and its containers.
stand_in() {
  mkdir -p "$work/bin"
  {
    printf '#!/bin/bash\n'
    declare -p work deploy volumes here limits
    declare -f container podman
    cat
  } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
  export PATH=$work/bin:$PATH
}

# api_server ACCESS [OBJECTS]: starts one, with the variables that it knows, which
# $work/forbidden tells about, and puts a kubectl that asks it before all others.
api_server() {
  local port
  real_kubectl=${real_kubectl:-$(type -P kubectl)} || skip "no kubectl here"
  # One that looks for the kubectl of the server's version takes twice as long.
  [[ ! -x $(readlink -f "$real_kubectl").1.32 ]] || real_kubectl=$(readlink -f "$real_kubectl").1.32
  port=$((6100 + RANDOM % 400))
  "$here/../deploy/api_server" "$port" "$@" >"$work/forbidden" &
  helpers+=($!)
  until (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.1; done
  # This server has no schemas to compare a Job with.
  mkdir -p "$work/bin"
  cat >"$work/bin/kubectl" <<END
#!/bin/sh
case "\$*" in *" create "*) set -- "\$@" --validate=false ;; esac
exec "$real_kubectl" --server http://127.0.0.1:$port --namespace registry "\$@"
END
  chmod +x "$work/bin/kubectl"
  export PATH=$work/bin:$PATH
}

# age REPO:TAG DAYS: as if it had been pushed so many days ago
age() {
  touch -d "-$2 days" \
    "$root/docker/registry/v2/repositories/${1%:*}/_manifests/tags/${1#*:}/current/link"
}

# expect_tags_gone REPO TAG...: since $work/before was written, and nothing else
expect_tags_gone() {
  local repository=$1
  shift
  pull_all | sort >"$work/after"
  comm -23 "$work/before" "$work/after" >"$work/lost"
  printf "$repository:%s\n" "$@" | sort >"$work/expected"
  same "the tags that cannot be pulled" "$work/expected" <(grep -v @ "$work/lost")
  (($(grep -c @ "$work/lost") == $#)) || fail "more than their images went"
}
