# shellcheck shell=bash disable=SC2154
# RUN_WITH=kubernetes: the registry is a Deployment, which is scaled to zero, or rolled
# out with one variable more. dregs is dregs-job.
#
# What the Deployment was stands in an annotation of it, which the same patch sets that
# takes it away: a window that was killed anywhere is made up for by the next one.
readonly annotation=dregs-window/away
readonly stop_seconds=300   # for the registry to finish what it does
readonly start_seconds=120  # for the cluster to answer

# Before the window, while no registry is away by it.
enter_cluster() {
  # Some cluster has to answer, or a registry that an earlier window left away stays so.
  await "$start_seconds" look_at_deployment ||
    die "the cluster does not tell how the registry is" "$not_started"
  [[ -n $deployment ]] || die "no Deployment $DEPLOYMENT"
  find_selector || die "the Deployment $DEPLOYMENT selects its pods by no labels"
  await "$stop_seconds" is_alone || die "another window is open, or nobody can tell: ${windows-}" "$refused"
  end_dregs >/dev/null || die "dregs of an earlier window does not end: ${left-}"
}

# Two windows would start the registry under each other's collection. Its own pod is
# known by POD_NAME; who calls it from elsewhere has none.
is_alone() {
  windows=$(pods app=registry-window --output name) &&
    [[ $windows == "${POD_NAME:+pod/$POD_NAME}" ]]
}

was() { jq -r --arg name "$annotation" '.metadata.annotations[$name] // ""' <<<"$deployment"; }

# How an earlier window left the registry: stopped, readonly, or not at all.
find_away_in_cluster() {
  look_at_deployment || return
  away=$(was | jq -r '.how // ""')
}

# patch FILTER [OPTION...]: the Deployment, with what the filter makes of it
patch_deployment() {
  local filter=$1 patch
  shift
  patch=$(jq -c --arg name "$annotation" --arg container "$CONTAINER" \
    --arg variable "${readonly_variable%%=*}" --arg yaml "$readonly_yaml" "$@" \
    "$jq_container $filter" <<<"$deployment") &&
    k patch deployment "$DEPLOYMENT" --type strategic --patch "$patch" >"$scratch/control"
}

# Only when the controllers know that there shall be none do they make none.
is_stopped() {
  look_at_deployment &&
    jq -e '.metadata.generation == .status.observedGeneration and (.status.replicas // 0) == 0' \
      <<<"$deployment" >"$scratch/verdict" && none_left "$selector"
}

stop_in_cluster() {
  look_at_deployment &&
    patch_deployment '{metadata: {annotations: {($name): {how: "stopped", replicas: .spec.replicas} | tojson}},
      spec: {replicas: 0}}' || return
  await "$stop_seconds" is_stopped || { complain "the registry does not stop: ${left-}"; return 1; }
}

# The entry of the variable in a template or a pod, or null.
readonly jq_entry='def entry: container.env // [] | map(select(.name == $variable)) | first;'

restart_readonly_in_cluster() {
  look_at_deployment && patch_deployment "$jq_entry"'
    .spec.template.spec as $pod
    | {how: "readonly", container: ($pod | container.name), entry: ($pod | entry)} as $was
    | {metadata: {annotations: {($name): $was | tojson}}, spec: {template: {spec: {containers: [
        {name: $was.container, env: [{name: $variable, value: $yaml, valueFrom: null}]}]}}}}' || return
  await "$stop_seconds" pods_have "$(jq -cn --arg name "${readonly_variable%%=*}" --arg value "$readonly_yaml" '$ARGS.named')"
}

# pods_have ENTRY: whether the roll-out is over, and no pod of the registry has the
# variable in another way. One that goes may still take the end of a push.
pods_have() {
  look_at_deployment || return
  jq -e '.metadata.generation == .status.observedGeneration
    and (.status.updatedReplicas // 0) == (.spec.replicas // 1)' <<<"$deployment" >"$scratch/verdict" || return
  pods "$selector" --output json >"$scratch/pods.json" || return
  jq -e --arg container "$CONTAINER" --arg variable "${readonly_variable%%=*}" --argjson entry "$1" \
    "$jq_container $jq_entry"'all(.items[].spec; entry == $entry)' \
    "$scratch/pods.json" >"$scratch/verdict"
}

# The registry as it was before the window. Where nothing was noted, it is.
give_back_in_cluster() {
  await "$start_seconds" look_at_deployment || return
  local noted entry
  noted=$(was)
  [[ -n $noted ]] || return 0
  await "$start_seconds" patch_deployment '($was | fromjson) as $was
    | {metadata: {annotations: {($name): null}}} + {spec: (
        if $was.how == "stopped" then {replicas: $was.replicas}
        else {template: {spec: {containers: [{name: $was.container, env: [
          if $was.entry then {value: null, valueFrom: null} + $was.entry
          else {name: $variable, "$patch": "delete"} end]}]}}}
        end)}' --arg was "$noted" || return
  [[ $(jq -r .how <<<"$noted") == readonly ]] || return 0
  entry=$(jq -c .entry <<<"$noted")
  await "$stop_seconds" pods_have "$entry" || { complain "pods of the registry are still read-only"; return 1; }
}
