# shellcheck shell=bash disable=SC2034,SC2154
# What dregs-window and dregs-job ask a Kubernetes cluster, in the namespace that
# kubectl has. DEPLOYMENT is the registry's.

# A shell heeds a signal between two commands only, so that none may take long.
k() { kubectl --request-timeout=20s "$@"; }

# await SECONDS COMMAND...
await() {
  local end=$1
  shift
  ! "$@" || return 0
  end=$(($(date +%s) + end))
  until "$@"; do
    (($(date +%s) < end)) || return 1
    sleep 2
  done
}

# pods SELECTOR OPTION...: those that may still write
pods() {
  local selector=$1
  shift
  k get pods --selector "$selector" "$@" \
    --field-selector 'status.phase!=Succeeded,status.phase!=Failed'
}

# An answer that failed is empty, too.
none_left() { left=$(pods "$1" --output name) && [[ -z $left ]]; }

# The names that the templates of dregs-job have.
readonly jobs=(registry-dregs registry-retain)

# dregs ends cleanly when its pod is deleted.
no_dregs() {
  k delete job "${jobs[@]}" --ignore-not-found --wait=false &&
    none_left "job-name in (${jobs[0]},${jobs[1]})"
}

end_dregs() { await 90 no_dregs; }

# Sets `deployment`, which is empty where the cluster has none of this name.
look_at_deployment() {
  deployment=$(k get deployment "$DEPLOYMENT" --ignore-not-found --output json)
}

# Sets `selector`, from the Deployment itself: one that matches nothing would take a
# registry that serves for one that is gone.
find_selector() {
  selector=$(jq -r '.spec.selector.matchLabels // {} | to_entries
    | map("\(.key)=\(.value)") | join(",")' <<<"$deployment") && [[ -n $selector ]]
}

# What picks the registry's container of a pod, in jq.
readonly jq_container='def container: .containers
  | map(select($container == "" or .name == $container)) | first;'
